. "$TESTS/lib.sh"
virtual sleep 0.2
expect 1700000005 virtual perl -e 'sleep 1; select undef, undef, undef, 2.0; print time, "\n"'
# A loop of programs that wait for a time ends.
virtual sh -ec 'end=$(($(date +%s) + 3)); n=0; while [ $(date +%s) -lt $end ]; do n=$((n+1)); done; echo $n' >got
test "$(cat got)" -gt 3
# As do those of one program, on whatever of its clocks.
printf '{"version":1,"epoch":%s,"clockStep":100000}' $EPOCH >c.json
"$DETERMINIZER" --config c.json -- bash -ec 'while [ $SECONDS -lt 2 ]; do :; done; end=$((EPOCHSECONDS + 2)); while [ $EPOCHSECONDS -lt $end ]; do :; done; read -t 0.1 x <> <(:) || :; timeout 0.2 sleep 5 || test $? = 124'
virtual perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC,ualarm -e '
	$t = time; 1 while time < $t + 2; $m = clock_gettime(CLOCK_MONOTONIC); 1 while clock_gettime(CLOCK_MONOTONIC) < $m + 0.1;
	$SIG{ALRM} = sub { $done = 1 }; ualarm 50000; 1 while !$done; @t = times; do { @n = times } while $n[0] < $t[0] + 0.1; print "ended\n"' >got
echo ended | diff - got
virtual busy-wait
