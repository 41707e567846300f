. "$TESTS/lib.sh"
# Names that the C library makes from the real monotonic clock, unless it is told that they exist.
mkdir work
cd work
virtual temporary-names >../first
for name in $(cat ../first); do test -e "$name"; done
test -z "$(tr ' ' '\n' <../first | sort | uniq -d)"
cd ..
rm -r work
mkdir work
cd work
virtual temporary-names >../second
cd ..
cmp first second
# One computation in 22 takes another way.
: >all
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	rm -r work
	mkdir work
	cd work
	virtual temporary-names names >>../all
	cd ..
done
test "$(sort -u all | wc -l)" = 3
# Compilers hand them to the programs they start, whose random bytes then go into what they write.
need gcc
echo 'static int f(int x) { return x * 3; } int g(int y) { return f(y) + 1; }' >a.c
virtual gcc -O2 -flto -c a.c -o a.o
mv a.o before.o
virtual gcc -O2 -flto -c a.c -o a.o
cmp a.o before.o
