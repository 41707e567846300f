. "$TESTS/lib.sh"
status=0
virtual "$DETERMINIZER" --epoch 1 -- true 2>got || status=$?
test $status = 125
grep -q '^selfsame-determinizer: nested: ' got
