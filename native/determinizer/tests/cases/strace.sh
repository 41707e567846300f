. "$TESTS/lib.sh"
need strace
virtual strace -f -o trace sh -c '/bin/true; date +%s'
grep -q execve trace
virtual sh -ec 'date +%s' >got
grep -q 1700000002 got
