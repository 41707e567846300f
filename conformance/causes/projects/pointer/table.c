#include <stdio.h>
#include <stdlib.h>

int main(void) {
  for (int i = 0; i < 4; i++) printf("node %d at %p\n", i, malloc(64));
  return 0;
}
