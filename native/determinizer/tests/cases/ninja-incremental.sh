. "$TESTS/lib.sh"
need ninja
cat >build.ninja <<'Y'
rule cp
  command = cp $in $out
build mid: cp in
build out: cp mid
Y
touch in
virtual sh -ec 'ninja; ninja; sleep 0.02; touch in; ninja; ninja' >got 2>&1
test "$(grep -c '^\[2/2\]' got)" = 2
test "$(grep -c 'no work to do' got)" = 2
# And across runs, with inputs from the future.
virtual ninja >got
grep -q 'no work to do' got
touch -d '2 years' in
rm mid out
virtual sh -ec 'ninja; ninja; ninja' >got
test "$(grep -c 'no work to do' got)" = 2
