. "$TESTS/lib.sh"
expect 1700000002 virtual wall-clock-static vdso
expect 1700000002 virtual wall-clock-static syscall
if command -v musl-gcc >/dev/null; then
	musl-gcc -static -D_GNU_SOURCE -o m "$TESTS/programs/wall-clock.c"
	expect 1700000002 virtual ./m vdso
fi
