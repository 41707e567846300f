. "$TESTS/lib.sh"
echo hi >f
for OPTIONS in '' --no-namespaces; do
	virtual sh -ec 'test -e /proc/self/exe; test -f /dev/stdin; stat -L -c %s /dev/stdin; stat -L -c %F /proc/self/fd/0; test -e /dev/fd/0; ! test -e /dev/fd/77; test -d /proc/self/task; test -e /etc/mtab' <f >got
	printf '3\nregular file\n' | diff - got
	virtual bash -c 'cat <(echo a) >out; cat out' | grep -q a
	virtual "$PROGRAMS/odd-calls" self
done
# The caller may be in a process namespace of its own, with the /proc of another or its own.
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
OPTIONS=
virtual unshare --pid --fork "$PROGRAMS/odd-calls" self
virtual unshare --pid --fork --mount --mount-proc "$PROGRAMS/odd-calls" self
