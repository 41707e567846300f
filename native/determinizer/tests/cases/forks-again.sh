# A fork that the kernel begins anew, as a signal came, is not another one: its child has the same random bytes as without the signal.
. "$TESTS/lib.sh"
virtual fork-under-signals >unsorted
sort unsorted >quiet
test "$(uniq quiet | wc -l)" = 41
: >signals
for run in 1 2; do
	virtual fork-under-signals >unsorted
	sort unsorted | cmp quiet -
done
# Many of which nothing was heard when the next one is made each have their own.
virtual many-forks >got
test "$(sort got | uniq | wc -l)" = 1000
