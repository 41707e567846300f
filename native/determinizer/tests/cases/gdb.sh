. "$TESTS/lib.sh"
need gdb
virtual gdb -q -batch -ex run -ex 'info registers rip' --args /bin/true >got 2>&1 || :
grep -q 'exited normally' got
grep -q '"what":"a new program is traced' log.jsonl
