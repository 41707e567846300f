. "$TESTS/lib.sh"
not virtual sh -ec '/bin/echo x >/dev/full' 2>got
grep -q 'No space left' got
# A log that cannot be written whole is said, and is no success.
status=0; "$DETERMINIZER" --epoch $EPOCH --log /dev/full -- true 2>got || status=$?
test $status = 125
grep -q '^selfsame-determinizer: log: cannot write all of /dev/full: No space left' got
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
# A file system that really is full, where its size is shown as another.
mkdir small
unshare --mount sh -eu <<'Y'
mount -t tmpfs -o size=256k none small
cd small
status=0; "$DETERMINIZER" --epoch 1700000000 --log ../l1 -- sh -c 'cat /dev/zero >fill; echo $? >&2; echo more >another || echo no; rm fill; echo again >third && cat third; mkdir d && ls -d d' >../got 2>../err || status=$?
test $status = 0
grep -q 'No space left' ../err
grep -q again ../got
# The log itself is on it.
status=0; "$DETERMINIZER" --epoch 1700000000 --log l2 -- sh -c 'cat /dev/zero >fill2 2>/dev/null; i=0; while [ $i -lt 300 ]; do /bin/true $i; i=$((i + 1)); done; true' 2>../err || status=$?
test $status = 125
grep -q '^selfsame-determinizer: log: cannot write all of l2' ../err
test "$(wc -l <../err)" = 1
Y
