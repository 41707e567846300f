# Hidden from what prints or stores them, seen by what compares files.
. "$TESTS/lib.sh"
need python3
printf '{"version":1,"epoch":%s,"log":"log.jsonl","hideNanoseconds":true}' $EPOCH >c.json
hidden() { "$DETERMINIZER" --config c.json -- "$@"; }
touch -d '2020-01-01 00:00:00.123456789' input
program='import os, sys; print(*[os.stat(f).st_mtime_ns % 10**9 for f in sys.argv[1:]])'
hidden sh -c 'echo >a; sleep 0.05; echo >b; python3 -c "$1" a b input' - "$program" >got
echo '0 0 0' | diff - got
virtual sh -c 'sleep 0.05; echo >a; sleep 0.05; echo >b; python3 -c "$1" a b input' - "$program" >got
grep -qv '0 0 ' got
grep -q ' 123456789$' got
cat >Makefile <<'X'
out: in
	@cp in out; echo out
X
hidden sh -c 'echo >in; make; make; sleep 0.05; echo >in; make; make; test in -ot out; find . -newer in -name out' >got
printf "out\nmake: 'out' is up to date.\nout\nmake: 'out' is up to date.\n./out\n" | diff - got
# Archives that store them are equal, whenever it is built.
if command -v bsdtar >/dev/null || tar --version | grep -q GNU; then
	hidden sh -c 'sleep 0.0; echo 1 >f; tar --format=posix --pax-option=delete=atime,delete=ctime -cf one.tar f'
	hidden sh -c 'sleep 0.3; echo 1 >f; tar --format=posix --pax-option=delete=atime,delete=ctime -cf two.tar f'
	cmp one.tar two.tar
fi
