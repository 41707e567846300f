#include <stdio.h>
#define _(text) text

int main(void) {
  puts(_("Hello"));
  return 0;
}
