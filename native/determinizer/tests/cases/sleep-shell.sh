. "$TESTS/lib.sh"
virtual sleep 0.2
expect 1700000005 virtual perl -e 'sleep 1; select undef, undef, undef, 2.0; print time, "\n"'
# A loop of programs that wait for a time ends.
virtual sh -ec 'end=$(($(date +%s) + 3)); n=0; while [ $(date +%s) -lt $end ]; do n=$((n+1)); done; echo $n' >got
test "$(cat got)" -gt 3
