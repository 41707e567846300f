. "$TESTS/lib.sh"
need samu
cat >build.ninja <<'Y'
rule cp
  command = cp $in $out
build mid: cp in
build out: cp mid
Y
touch in
virtual sh -ec 'samu; samu; sleep 0.02; touch in; samu; samu' >got 2>&1
test "$(grep -c 'nothing to do' got)" = 2
