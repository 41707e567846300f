. "$TESTS/lib.sh"
echo 'int main(int n, char **v) { (void)v; int *p = __builtin_malloc(4); p[0] = n; p = 0; return 0; }' >l.c
echo 'int main(int n, char **v) { (void)v; int a[2] = {0}; return a[n + 1]; }' >o.c
cc -fsanitize=address -o l l.c && cc -fsanitize=address -o o o.c || { echo 'skip: no sanitizer'; exit 77; }
! virtual ./l 2>got
grep -q LeakSanitizer:.detected got
! virtual ./o 2>got
grep -q stack-buffer-overflow got
