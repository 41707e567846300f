. "$TESTS/lib.sh"
# A wait until a time on the wall clock lasts as long as the program meant.
virtual deadline
