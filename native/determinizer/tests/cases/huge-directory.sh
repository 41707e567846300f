. "$TESTS/lib.sh"
mkdir many
(cd many && seq 40000 | xargs touch)
virtual ls -U many >got
seq 40000 | LC_ALL=C sort | cmp - got
# Deleting while reading.
virtual rm -r many
test ! -e many
# Long names, so that the list itself is large, read through a small buffer and through a large one; and sizes beyond 32 bits.
mkdir long
(cd long && perl -e '$n = "n" x 240; for (1..10000) { open F, ">", "$n$_" or die; close F }')
virtual ls -U long | sed 's/^n*//' >got
seq 10000 | LC_ALL=C sort | cmp - got
virtual perl -e 'opendir D, "long"; $i = 0; while (defined($_ = readdir D)) { $at = telldir D if $i == 7000; $next = $_ if $i == 7001; $i++ } seekdir D, $at; print readdir(D) eq $next ? "same" : "other", " $i\n"' >got
echo same 10002 | diff - got
truncate -s 5G sparse
expect "5368709120 10485760" virtual stat -c '%s %b' sparse
