. "$TESTS/lib.sh"
expect 1700000002 virtual date +%s
same_twice 'date +%s.%N; perl -e "print time, qq(\n)"; date -R'
expect 1700000002 virtual wall-clock vdso
expect 1700000002 virtual wall-clock syscall
expect 1700000002 virtual wall-clock gettimeofday
expect 1700000002 virtual wall-clock time
OPTIONS='--source clock=vary:1'
same_twice 'date +%s'
test "$(cat first)" -gt 1700080000
OPTIONS='--source clock=real'
now=$(date +%s)
test "$(virtual date +%s)" -ge "$now"
