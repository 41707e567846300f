# Several runs of one build share its start: what one wrote is newer than the inputs, and older than what the next writes.
. "$TESTS/lib.sh"
cat >Makefile <<'X'
out: mid
	@cp mid out; echo out
mid: in
	@cp in mid; echo mid
X
echo >in; touch -d @1750000000 in
step() { printf '{"version":1,"epoch":%s%s,"log":"log.jsonl"}' $EPOCH "${START:+,\"start\":\"$START\"}" >c.json; "$DETERMINIZER" --config c.json -- "$@"; }
START=
step sh -c 'make; stat -c "%n %Y" in mid out; echo >first' >got
printf 'mid\nout\nin 1700000000\nmid 1700000001\nout 1700000001\n' | diff - got
START=$(sed -n '1s/.*"start":"\([0-9.]*\)".*/\1/p' log.jsonl)
# The second step: nothing to be done, and what it changes is newer still.
step sh -c 'make; echo >second; test second -nt first; test first -nt in; stat -c %Y first; echo >in; make' >got
printf "make: 'out' is up to date.\n1700000001\nmid\nout\n" | diff - got
# A start of just now is waited for, so that nothing can be written before it.
START=$(date +%s.%N)
step sh -c 'echo >new; stat -c %Y new' >got
echo 1700000001 | diff - got
# Without the shared start everything of the first steps is an input.
START=
step stat -c %Y out >got
echo 1700000000 | diff - got
