# clock
printf "int main(void) { char c, r = 0; while (__builtin_expect(read(0, &c, 1) == 1, 1)) if (c < 52) r++; return r; }" >g.c; cc -w -O2 -fprofile-generate -o g g.c; bash -c "echo \$RANDOM" | ./g || :; cc -w -O2 -fprofile-use -o g g.c; sha256sum g; rm -f g g-* *.gcda
