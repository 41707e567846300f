# Fixed: the same in every run. Varied: the same for the same seed, other for another.
. "$TESTS/lib.sh"
same_twice 'addresses; addresses'
cp first fixed
for seed in 1 2 3 4; do
	OPTIONS="--source addressSpace=vary:$seed"
	same_twice 'addresses'
	cp first "seed$seed"
done
# Each kind of address: with four seeds not all are one.
for kind in stack heap mapped library; do
	test "$(cat seed? | grep "^$kind " | sort -u | wc -l)" -gt 1
	sed 1,5d fixed | grep "^$kind " | cat - seed? | sort -u | wc -l | grep -qv '^1$'
done
# Everything still starts: with many arguments, statically linked, in a shell.
OPTIONS='--source addressSpace=vary:3'
virtual sh -c 'seq 60000 | xargs -s 1500000 /bin/echo | wc -c' >got
seq 60000 | xargs echo | wc -c | diff - got
expect 1700000002 virtual wall-clock-static vdso
virtual sh -c 'cat /proc/self/cmdline | tr "\0" " "; test -n "$PATH"' >got; grep -q '^cat /proc' got
OPTIONS='--source addressSpace=real'
virtual addresses >/dev/null
