#include <stdio.h>

int main(void) {
  puts("about 2.1, built " __DATE__ " " __TIME__);
  return 0;
}
