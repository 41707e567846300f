#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec begin, end;
  volatile unsigned sum = 0;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (unsigned i = 0; i < 300000; i++) sum += i;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("#define LOOP_NANOSECONDS %ld\n", (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec);
  return 0;
}
