. "$TESTS/lib.sh"
# What copies times: the copy has the original's, to the nanosecond, be it an input, set, or written in the build.
echo a >input; touch -d @1500000000.123456789 input
virtual sh -ec '
	echo b >written; touch -d @1600000000.987654321 set; sleep 0.02
	for i in input written set; do
		cp -p $i cp-$i; install -p -m 644 $i install-$i
		test "$(stat -c %y $i)" = "$(stat -c %y cp-$i)"
		test ! $i -nt install-$i
		test "$(stat -c %Y $i)" = "$(stat -c %Y install-$i)"
	done
	perl -e "@s = stat shift; utime @s[8,9], shift" input perl; : >perl; perl -e "@s = stat shift; utime @s[8,9], shift" input perl
	test "$(stat -c %Y input)" = "$(stat -c %Y perl)"
	mv written moved; test "$(stat -c %y moved)" = "$(stat -c %y cp-written)"
	cp -a . ../copy-of-it; rm -rf ../copy-of-it/log.jsonl; diff -r . ../copy-of-it || :
	test "$(stat -c %y ../copy-of-it/moved)" = "$(stat -c %y moved)"; rm -rf ../copy-of-it'
# Later than what was copied from, and so not copied again.
mkdir from; echo 1 >from/a; touch -d @1400000000 from/a
virtual sh -ec 'echo 2 >from/b; cp -u from/a from/b .; sleep 0.02; echo changed >b; cp -u from/b b; cat b' >got
echo changed | diff - got
