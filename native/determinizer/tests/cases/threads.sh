. "$TESTS/lib.sh"
virtual threads-stat
