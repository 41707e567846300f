. "$TESTS/lib.sh"
need ninja
cat >build.ninja <<'X'
rule cp
  command = cp $in $out
build mid: cp in
build out: cp mid
X
touch in
virtual sh -c 'ninja; ninja; sleep 0.02; touch in; ninja; ninja' >got 2>&1
test "$(grep -c '^\[2/2\]' got)" = 2
test "$(grep -c 'no work to do' got)" = 2
