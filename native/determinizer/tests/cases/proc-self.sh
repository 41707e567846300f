. "$TESTS/lib.sh"
echo hi >f
virtual sh -c 'test -e /proc/self/exe; test -f /dev/stdin; stat -L -c %s /dev/stdin; stat -L -c %F /proc/self/fd/0; test -e /dev/fd/0; ! test -e /dev/fd/77; test -d /proc/self/task; test -e /etc/mtab' <f >got
printf '3\nregular file\n' | diff - got
virtual bash -c 'cat <(echo a) >out; cat out' | grep -q a
