. "$TESTS/lib.sh"
status=0; virtual hostile || status=$?
test $status = 0
expect 1700000002 virtual sh -ec 'hostile kill; date +%s'
