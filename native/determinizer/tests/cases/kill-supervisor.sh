. "$TESTS/lib.sh"
# From inside: process 1 of the namespace cannot be killed, and the supervisor is not to be seen.
expect 1700000002 virtual sh -c 'hostile kill; kill -9 -1 2>/dev/null; date +%s'
expect "1 selfsame-determ" virtual sh -c 'for p in /proc/[0-9]*; do test -e $p/comm && echo "${p#/proc/} $(cat $p/comm)"; done | grep selfsame'
# In the caller's namespace it can be, by its own user: then nothing is a success, and nothing is answered any more.
OPTIONS=--no-namespaces
status=0
virtual sh -c 'ps=$PPID; read -r _ _ _ supervisor _ </proc/$ps/stat; kill -9 $supervisor; sleep 0.2; stat /etc/passwd >after 2>&1; echo went on >>after; exit 0' || status=$?
test $status != 0
not grep -q passwd after
# Not so where the command is another user, as in a sandbox.
[ "$(id -u)" = 0 ] || exit 0
chmod 777 .
printf '{"version":1,"epoch":%s,"namespaces":false,"user":65534,"group":65534}' $EPOCH >c.json
"$DETERMINIZER" --config c.json -- sh -ec 'ps=$PPID; read -r _ _ _ supervisor _ </proc/$ps/stat; ! kill -9 $supervisor 2>/dev/null; ! kill -9 $ps 2>/dev/null; ! ls /proc/$supervisor/fd 2>/dev/null; date +%s' >got
echo 1700000002 | diff - got
