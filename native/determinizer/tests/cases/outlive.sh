. "$TESTS/lib.sh"
# Processes that outlive the command end with it; those that outlive their parent only are determined as ever.
virtual sh -ec '(sleep 20; date +%s >late) & exit 0'
test ! -e late
virtual sh -ec '(setsid sh -c "sleep 0.1; date +%s >late") & while [ ! -s late ]; do sleep 0.01; done'
grep -q 17000000 late
virtual sh -ec 'sh -c "(sleep 0.1; echo >orphan; date +%s >>orphan; stat -c %Y late >>orphan) & exit 0"; until [ "$(cat orphan 2>/dev/null | wc -l)" = 3 ]; do sleep 0.01; done'
sed -n '2,3p' orphan | grep -c '^17000000' | grep -qx 2
# Where they cannot be ended, because the process namespace is the caller's, they get nothing any more.
OPTIONS=--no-namespaces
virtual sh -ec 'outlive after & while [ ! -e after ]; do sleep 0.01; done'
i=0; while [ ! -s after ] && [ $i -lt 2000 ]; do sleep 0.05; i=$((i + 1)); done
printf 'stat Function not implemented\nexecute Function not implemented\n' | diff - after
