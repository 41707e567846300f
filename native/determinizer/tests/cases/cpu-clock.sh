. "$TESTS/lib.sh"
same_twice 'cpu-clock'
