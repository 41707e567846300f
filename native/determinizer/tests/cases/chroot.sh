. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
mkdir -p root/sub root/etc; cp "$PROGRAMS/wall-clock-static" root/w 2>/dev/null || { echo 'skip: no static program'; exit 77; }
echo x >root/sub/f; ln -s /sub/f root/link; ln -s sub/f root/relative; ln -s /link root/link2; ln -s ../../../../../sub root/sub/up
echo inside >root/etc/passwd; touch -d @1234567890 root/sub/f root/etc/passwd
expect 1700000002 virtual chroot root /w syscall
virtual chroot root /w stat /sub/f
virtual chroot root /w stat sub/../relative
# Links are followed within its root, the last one, too.
for i in /link /link2 /sub/up/f link /etc/passwd /../../etc/passwd; do virtual chroot root /w stat $i; done
not virtual chroot root /w stat /usr/bin/env 2>/dev/null
# And in ours as ever, after somebody has changed his.
ln -s "$PWD/root/sub/f" absolute
virtual sh -ec 'chroot root /w stat /link; stat -L absolute; test -e absolute; cat /proc/self/fd/0; test -e /dev/stdin; test -e /proc/self/exe' </dev/null >got
virtual unshare --mount sh -ec 'mount -t tmpfs none root; echo >root/new; test -e root/new; ln -s "$PWD/root/new" root/l; test -e root/l; touch -d @1500000000 root/l; test $(stat -L -c %Y root/l) = 1500000000; (cd root; test -e new; test -e ./l; stat -c %Y l) >got; ! test -e root/sub'
test "$(cat got)" = 1700000001
virtual unshare --mount --fork "$PROGRAMS/odd-calls" self
