. "$TESTS/lib.sh"
# What a host does not allow is said in one line, and nothing runs.
refuses() {
	stage=$1; shift
	status=0
	timeout 250 "$@" "$DETERMINIZER" --epoch $EPOCH $OPTIONS -- touch ran 2>err >out || status=$?
	cat err
	test $status = 125
	test "$(wc -l <err)" = 1
	grep -q "^selfsame-determinizer: $stage: " err
	test ! -e ran
}
for OPTIONS in '' --no-namespaces; do
	refuses ptrace deny ptrace --
	refuses nested deny listener --
	refuses filter deny filter --
	refuses filter deny no-seccomp --
done
OPTIONS=
if [ "$(id -u)" = 0 ]; then
	refuses namespaces deny namespaces --
	refuses process-namespace deny process-namespaces --
	refuses namespaces deny mount --
else
	refuses user-namespace deny user-namespaces --
fi
if [ "$(id -u)" = 0 ] && id tester >/dev/null 2>&1; then
	chmod 777 .; cp "$PROGRAMS/deny" .; cp "$DETERMINIZER" d
	DETERMINIZER=./d
	refuses user-namespace runuser -u tester -- ./deny user-namespaces --
	refuses ptrace runuser -u tester -- ./deny ptrace --
fi
# Where there is another way, it is taken.
expect 1700000002 deny memory -- "$DETERMINIZER" --epoch $EPOCH -- date +%s
