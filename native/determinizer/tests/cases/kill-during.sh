. "$TESTS/lib.sh"
virtual kill-during
