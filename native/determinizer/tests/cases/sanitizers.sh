. "$TESTS/lib.sh"
echo 'int main(int n, char **v) { (void)v; int *p = __builtin_malloc(4); p[0] = n; p = 0; return 0; }' >l.c
echo 'int main(int n, char **v) { (void)v; int a[2] = {0}; return a[n + 1]; }' >o.c
echo 'int main(int n, char **v) { (void)v; n += 2147483646; return n + 1 == 0; }' >u.c
cat >t.c <<'Y'
#include <pthread.h>
static int x;
static void *add(void *unused) { for (int i = 0; i < 100000; i++) x++; return unused; }
int main(void) { pthread_t a, b; pthread_create(&a, 0, add, 0); pthread_create(&b, 0, add, 0); pthread_join(a, 0); pthread_join(b, 0); return 0; }
Y
cc -fsanitize=address -o l l.c && cc -fsanitize=address -o o o.c || { echo 'skip: no sanitizer'; exit 77; }
not virtual ./l 2>got
grep -q LeakSanitizer:.detected got
not virtual ./o 2>got
grep -q stack-buffer-overflow got
cc -fsanitize=undefined -fno-sanitize-recover=all -o u u.c
not virtual ./u 2>got
grep -q 'signed integer overflow' got
if cc -pthread -fsanitize=thread -o t t.c && ./t 2>native; test $? = 66; then
	status=0; virtual ./t 2>got || status=$?
	test $status = 66
	grep -q 'data race' got
fi
