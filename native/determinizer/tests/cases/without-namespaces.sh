. "$TESTS/lib.sh"
OPTIONS=--no-namespaces
expect 1700000002 virtual date +%s
status=0
virtual sh -ec 'echo >a; stat -c %Y a; test -e /proc/self/exe; test -e /dev/stdin; sleep 0.1; exit 3' >got || status=$?
test $status = 3
echo 1700000001 | diff - got
virtual hostile
