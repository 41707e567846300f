# clock differs varies
date +%s; perl -e "print time, qq(\n)"; printf "int main(void) { return 0; } const char built[] = __DATE__ __TIME__;" >t.c; cc -c -o t.o t.c; sha256sum t.o
