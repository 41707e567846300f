. "$TESTS/lib.sh"
cat >Makefile <<'Y'
all: out
out: mid
	@cp mid out; echo out
mid: in
	@cp in mid; echo mid
Y
touch in
virtual sh -ec 'make; make; sleep 0.02; touch in; make; make; echo >in; make out; make 2>&1' >got
cat >expected <<'Y'
mid
out
make: Nothing to be done for 'all'.
mid
out
make: Nothing to be done for 'all'.
mid
out
make: Nothing to be done for 'all'.
Y
diff expected got
# And across runs.
virtual make >got
echo "make: Nothing to be done for 'all'." | diff - got
# Inputs from the future are no clock skew, and do not make everything be made forever.
touch -d '2 years' in
virtual sh -ec 'make; make; make' >got 2>&1
printf 'make: Nothing to be done for '"'all'"'.\n%.0s' 1 2 3 | diff - got
rm mid out
virtual sh -ec 'make; make; touch -d "1 hour" in; make; make; touch -d "1 hour ago" in; make' >got 2>&1
not grep -qi 'skew\|in the future' got
grep -q "Nothing to be done" got
# The clock the inputs were written by was behind.
touch -d @1000 in
virtual sh -ec 'make; make' >got 2>&1
printf "make: Nothing to be done for 'all'.\nmake: Nothing to be done for 'all'.\n" | diff - got
# What is edited between runs is newer than what was made from it before, and programs that print times see constants.
touch -d @1000 in
virtual make >/dev/null
for _ in 1 2 3; do
	sleep 0.02
	echo more >>in
	virtual make >got
	printf 'mid\nout\n' | diff - got
	virtual make >got
	echo "make: Nothing to be done for 'all'." | diff - got
done
test "$(virtual stat -c %y in mid out | sort -u)" = '2023-11-14 22:13:20.000000000 +0000'
