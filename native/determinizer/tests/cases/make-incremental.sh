. "$TESTS/lib.sh"
cat >Makefile <<'X'
all: out
out: mid
	@cp mid out; echo out
mid: in
	@cp in mid; echo mid
X
touch in
virtual sh -c 'make; make; sleep 0.02; touch in; make; make; echo >in; make out; make 2>&1' >got
cat >expected <<'X'
mid
out
make: Nothing to be done for 'all'.
mid
out
make: Nothing to be done for 'all'.
mid
out
make: Nothing to be done for 'all'.
X
diff expected got
# And across runs.
virtual make >got
echo "make: Nothing to be done for 'all'." | diff - got
