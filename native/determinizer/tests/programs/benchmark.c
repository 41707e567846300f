/* Which of two ways is faster, as programs ask it of themselves while they are built. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static volatile unsigned sum;

static uint64_t measure(int way)
{
	uint64_t start = __builtin_ia32_rdtsc();
	for (unsigned i = 0; i < 200000; i++)
		sum += way ? i * i : i;
	return __builtin_ia32_rdtsc() - start;
}

int main(void)
{
	clock_t start = clock();
	uint64_t first = measure(0), second = measure(1);
	printf("%d %llu %ld\n", first < second, (unsigned long long)(first + second), (long)(clock() - start));
	return 0;
}
