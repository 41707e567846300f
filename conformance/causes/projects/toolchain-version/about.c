#include <stdio.h>

int main(void) {
  puts("built with " __VERSION__);
  return 0;
}
