. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
mkdir -p root/sub; cp "$PROGRAMS/wall-clock-static" root/w 2>/dev/null || { echo 'skip: no static program'; exit 77; }
echo x >root/sub/f; ln -s /sub/f root/link; ln -s sub/f root/relative
expect 1700000002 virtual chroot root /w syscall
virtual chroot root /w stat /sub/f
virtual chroot root /w stat sub/../relative
