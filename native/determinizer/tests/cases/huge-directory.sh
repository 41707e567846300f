. "$TESTS/lib.sh"
mkdir many
(cd many && seq 100000 | xargs touch)
virtual ls -U many >got
seq 100000 | LC_ALL=C sort | cmp - got
# Deleting while reading.
virtual rm -r many
test ! -e many
