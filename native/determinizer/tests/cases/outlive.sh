. "$TESTS/lib.sh"
virtual sh -ec '(sleep 0.3; date +%s >late) & exit 0' && test ! -e late
virtual sh -ec '(setsid sh -c "sleep 0.1; date +%s >late") & sleep 0.5'
grep -q 17000000 late
