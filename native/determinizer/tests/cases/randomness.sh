. "$TESTS/lib.sh"
same_twice 'python3 -c "import os,uuid,random; print(uuid.uuid4(), os.urandom(8).hex(), random.random(), hash(str()+chr(97)))"
  perl -e "print rand, qq(\n); print join(q( ), keys %{{1..40}}), qq(\n)"; mktemp -u; od -An -tx1 -N16 /dev/urandom; cat /proc/sys/kernel/random/uuid; uuidgen 2>/dev/null || :'
# Equal programs do not get equal bytes, nor do forks of one.
same_twice 'random-bytes; random-bytes; random-bytes fork; random-bytes fork'
test "$(sort first | uniq -d | wc -l)" = 0
# The order in which programs run does not matter.
echo 'random-bytes a >o1; random-bytes b >o2' >script
virtual sh ./script
echo 'random-bytes b >p2; random-bytes a >p1' >script
virtual sh ./script
cmp o1 p1; cmp o2 p2
OPTIONS='--source randomness=vary:1'
virtual sh ./script
not cmp -s o1 p1
# Nor how many jobs run at once, however that is said.
printf 'all: x y\nx y:\n\trandom-bytes $@ >$@.made\n' >Makefile
virtual make -s -j1
cat x.made y.made >one
for jobs in -j -j3 '-j 2' --jobs=2 '--jobs 4' ''; do
	virtual make -s $jobs
	cat x.made y.made | cmp one -
done
virtual make -s -k
not sh -c 'cat x.made y.made | cmp -s one -'
# Nor where the build lies, or which shell is sh.
OPTIONS=
for place in here "another place"; do
	mkdir -p "$place/below"
	cp "$PROGRAMS/random-bytes" "$place"
	echo './random-bytes "$PWD/x" "-I$PWD"; cd below; ../random-bytes ..' >"$place/script"
	(cd "$place" && virtual sh ./script) >"$place/bytes"
done
cmp here/bytes "another place/bytes"
test "$(sort here/bytes | uniq -d | wc -l)" = 0
for shell in dash bash; do
	command -v $shell >/dev/null || continue
	mkdir $shell
	ln -s "$(command -v $shell)" $shell/sh
	(cd here && PATH="$OLDPWD/$shell:$PATH" virtual sh ./script) | cmp here/bytes -
done
# What varies is never what is fixed, even with the same seed.
printf '{"version":1,"epoch":%s,"seed":"one","sources":{"randomness":"vary:one","inodes":"vary:one"}}' $EPOCH >varied.json
printf '{"version":1,"epoch":%s,"seed":"one"}' $EPOCH >fixed.json
for config in varied fixed; do
	"$DETERMINIZER" --config $config.json -- sh -c 'random-bytes; od -An -N8 -tx1 /dev/urandom; stat -c %i varied.json' >$config
done
not sh -c 'sort varied fixed | uniq -d | grep .'
