# For the tests. EPOCH is 2023-11-14 22:13:20 UTC.
EPOCH=1700000000
export TZ=UTC LC_ALL=C
# Runs a command under the determinizer.
virtual() { "$DETERMINIZER" --epoch $EPOCH --log "${LOG:-log.jsonl}" ${OPTIONS:-} -- "$@"; }
# Fails unless two runs of the shell text print the same, and not nothing; leaves it in the file `first`.
same_twice() {
	virtual sh -c "$1" >first
	sleep 0.05
	virtual sh -c "$1" >second
	test -s first
	cmp first second
}
# Fails unless the text is exactly what the command printed.
expect() { printf '%s\n' "$1" >expected; shift; "$@" >got; diff expected got; }
# Fails if the command succeeds: `! command` does not end a script under -e.
not() { if "$@"; then echo "should not have succeeded: $*"; exit 1; fi; }
need() { command -v "$1" >/dev/null || { echo "skip: no $1"; exit 77; }; }
