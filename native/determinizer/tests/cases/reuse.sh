# A caller is killed when its answer is about to be written, and its number passes to a process outside the build.
. "$TESTS/lib.sh"
need unshare
unshare -r -p -f --mount-proc true 2>/dev/null || { echo 'skip: no namespaces'; exit 77; }
for more in '' ',"without":"promptness,waitKillable"' ',"namespaces":false'; do
	case $more in *without*) ;; *) more="$more,\"without\":\"promptness\"" ;; esac
	printf '{"version":1,"epoch":%s,"log":"log.jsonl","threads":1%s}' $EPOCH "$more" >c.json
	status=0
	unshare -r -p -f --mount-proc "$PROGRAMS/reuse" "$DETERMINIZER" c.json >got || status=$?
	cat got
	[ $status != 77 ] || exit 77
	test "$(cat got)" = 'supervisor 0, other untouched'
done
