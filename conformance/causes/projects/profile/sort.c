#include <stdio.h>

int main(void) {
  int counts[4] = {0}, c;
  while ((c = getchar()) != EOF) {
    switch (c % 16) {
      case 0: counts[0] += c; break;
      case 1: counts[1] ^= c; break;
      case 2: counts[2] -= c; break;
      default: counts[3] += c * 3; break;
    }
    if (c > 127) counts[0]++;
    if (c & 32) counts[1] += 3;
    if (c & 64) counts[2] ^= 5;
  }
  printf("%d %d %d %d\n", counts[0], counts[1], counts[2], counts[3]);
  return 0;
}
