. "$TESTS/lib.sh"
virtual sh -ec '/bin/echo x >/dev/full' 2>got && exit 1
grep -q 'No space left' got
