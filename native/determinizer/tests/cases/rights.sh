. "$TESTS/lib.sh"
[ "$(id -u)" = 0 ] || { echo 'skip: not root'; exit 77; }
id tester >/dev/null 2>&1 || { echo 'skip: no user tester'; exit 77; }
user=$(id -u tester) group=$(id -g tester)
chmod 755 .
mkdir -m 700 secret; echo >secret/f; chmod 600 secret/f; echo >mine; touch -d @1500000000 mine secret/f
mkdir -m 777 free; echo >free/f; chmod 666 free/f
printf '{"version":1,"epoch":1700000000,"namespaces":false,"user":%s,"group":%s,"log":"l"}' "$user" "$group" >c.json
unprivileged() { "$DETERMINIZER" --config c.json -- "$@"; }
not unprivileged stat secret/f 2>err
not unprivileged touch -d @1400000000 mine 2>err
if unprivileged unshare -Ur true 2>/dev/null; then
	# All rights in a user namespace of its own are none over the files of others.
	not unprivileged unshare -Ur stat secret/f 2>err
	not unprivileged unshare -Ur touch -d @1400000000 mine 2>err
	not unprivileged unshare -Ur sh -c 'touch -d @1400000000 secret/f' 2>err
fi
test "$(stat -c %Y mine)" = 1500000000
test "$(stat -c %Y secret/f)" = 1500000000
# The path changes while it is followed: the answer is for one of both, with the caller's rights.
unprivileged "$PROGRAMS/racing-path" free/f secret/f free
test "$(stat -c %Y secret/f)" = 1500000000
