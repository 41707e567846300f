. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
id tester >/dev/null 2>&1 || { echo 'skip: no user tester'; exit 77; }
chmod 777 .
cp "$DETERMINIZER" d; cp "$PROGRAMS/odd-calls" o
expect 1700000002 runuser -u tester -- ./d --epoch 1700000000 --log l -- ./o not-dumpable
not grep -q 'traced by another' l
rm l
printf '{"version":1,"epoch":1700000000,"namespaces":false,"user":%s,"group":%s,"log":"l"}' "$(id -u tester)" "$(id -g tester)" >c.json
expect 1700000002 ./d --config c.json -- ./o not-dumpable
not grep -q 'traced by another' l
