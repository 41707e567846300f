. "$TESTS/lib.sh"
# Containers made in the build: other roots, mounts, users and process numbers, all with answers like any other's.
inside='date +%s; stat -L -c %Y /tmp; echo x >/tmp/f; stat -c %Y /tmp/f; test -e /proc/self/exe; test -e /dev/stdin; test -d /proc/self/fd; stat -c %i /etc/passwd; nproc; ls /usr >/dev/null; sh -c "exit 7" || echo $?'
same=$(virtual stat -c %i /etc/passwd)
printf '1700000002\n1700000000\n1700000001\n%s\n1\n7\n' "$same" >expected
# A user namespace may not mount another /proc where files of /proc are masked, so there it is the outer one.
tried=
if command -v bwrap >/dev/null && bwrap --ro-bind / / true 2>/dev/null; then
	tried="$tried bwrap"
	virtual bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid --tmpfs /tmp sh -ec "$inside" </dev/null >got
	diff expected got
	virtual bwrap --unshare-all --ro-bind / / --dev-bind /dev /dev --tmpfs /tmp --uid 0 --gid 0 sh -ec "$inside" </dev/null >got
	diff expected got
fi
if unshare -r -m -p -f true 2>/dev/null; then
	tried="$tried unshare"
	virtual unshare -r -m -p -f sh -ec "mount -t tmpfs none /tmp; $inside" </dev/null >got
	diff expected got
	virtual unshare -r sh -ec 'mkdir own; chmod 0 own; stat own >/dev/null; date +%s; id -u' >got
	printf '1700000002\n0\n' | diff - got
fi
test -n "$tried" || { echo 'skip: no containers here'; exit 77; }
