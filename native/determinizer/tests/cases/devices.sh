# /dev/urandom and its relatives: endless, and another stream for every opening.
. "$TESTS/lib.sh"
alike() {
	virtual "$@" >first
	virtual "$@" >second
	test -s first
	cmp first second
}
configured() { printf '{"version":1,"epoch":%s,"log":"log.jsonl"%s}' $EPOCH "$1" >c.json; shift; "$DETERMINIZER" --config c.json -- "$@"; }
virtual true
if ! grep -q random-devices-not-served log.jsonl; then
	alike sh -c 'for i in 1 2 3; do od -An -tx1 -N16 /dev/urandom; od -An -tx1 -N16 /dev/random; cat /proc/sys/kernel/random/uuid; done'
	test "$(sort first | uniq -d | wc -l)" = 0
	grep -qE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' first
	# Larger than any file of ours could be, in one piece and in many; the pieces are of one stream.
	alike sh -c 'head -c 40000000 /dev/urandom | sha256sum; dd if=/dev/urandom bs=4M count=9 2>/dev/null | wc -c; head -c 1 /dev/random | wc -c'
	grep -q '^37748736$' first
	virtual random-device one >one
	PIECES=1 virtual random-device one >pieces
	cmp one pieces
	# Each fork has its own; openings of one process follow each other; nobody depends on what others read.
	alike random-device forks
	test "$(sort first | uniq -d | wc -l)" = 0
	echo 'random-device one a >o1; random-device one b >o2' >script; virtual sh ./script
	echo 'random-device one b >p2; random-device one a >p1' >script; virtual sh ./script
	cmp o1 p1; cmp o2 p2
	! cmp -s o1 o2
	OPTIONS='--source randomness=vary:1'
	virtual sh ./script
	! cmp -s o1 p1
	OPTIONS=
	# They are devices, as far as a program can tell, and what is written to them goes nowhere.
	virtual sh -c 'test -c /dev/urandom; stat -c "%F %t %T %a %Y" /dev/urandom /dev/random; echo x >/dev/urandom; echo x >>/dev/random; test -f /proc/sys/kernel/random/uuid' >got
	printf 'character special file 1 9 666 1700000000\ncharacter special file 1 8 666 1700000000\n' | diff - got
	virtual random-device misuse
	virtual random-device many
	# In a sandbox's mount namespace, by its root, with the device opened beforehand; nothing stays behind.
	if unshare -Urm true 2>/dev/null; then
		printf '{"version":1,"epoch":%s,"namespaces":false,"masks":"devices","log":"log.jsonl","fuse":9}' $EPOCH >c.json
		echo 'exec 9<>/dev/fuse; "$DETERMINIZER" --config c.json -- sh -c "head -c 20000000 /dev/urandom | wc -c; cat /proc/sys/kernel/random/uuid; test ! -e /proc/self/fd/9; ls /tmp >/dev/null"; grep -c urandom /proc/self/mounts || :' >script
		unshare -Urm sh -e ./script >got
		sed -n 1p got | grep -q '^20000000$'
		! grep -q random-devices log.jsonl
		test "$(sed -n 3p got)" = 0
	fi
fi
# Without FUSE: a file, which ends, and the log says so.
configured ',"without":"fuse"' sh -c 'head -c 20000000 /dev/urandom | wc -c; head -c 9 /dev/urandom | od -An -tx1; cat /proc/sys/kernel/random/uuid' >first
configured ',"without":"fuse"' sh -c 'head -c 20000000 /dev/urandom | wc -c; head -c 9 /dev/random | od -An -tx1; cat /proc/sys/kernel/random/uuid' >second
cmp first second
test "$(sed -n 1p first)" = 4194304
for what in random-devices-not-served urandom-is-finite uuid-is-constant; do grep -q '"what":"'$what'"' log.jsonl; done
# Where nothing is put over files, the log says that, too.
configured ',"masks":"none"' true
grep -q random-devices-are-real log.jsonl
