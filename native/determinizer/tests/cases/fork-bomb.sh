# alone
. "$TESTS/lib.sh"
# As many processes as there may be, each starting more: the supervisor survives, and ends them all.
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
id tester >/dev/null 2>&1 || { echo 'skip: no user tester'; exit 77; }
chmod 777 .; cp "$DETERMINIZER" d; cp "$PROGRAMS/bomb" .
have=$(ps -u tester -L --no-headers 2>/dev/null | wc -l)
status=0
runuser -u tester -- sh -c "ulimit -u $((have + 300)); exec timeout -k 2 60 ./d --epoch $EPOCH --log l -- ./bomb" >got 2>err || status=$?
cat err
test $status = 0
grep -q '^ended 17000000' got
tail -1 l | grep -q '"type":"end"'
test "$(ps -u tester --no-headers -o comm | grep -c bomb || :)" = 0
