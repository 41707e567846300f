/* Prints processor time after work whose length varies. */
#include <stdio.h>
#include <time.h>

int main(void)
{
	clock_t first = clock();
	for (volatile int i = 0; i < 20000000; i++)
		;
	printf("%ld\n", (long)(clock() - first));
	while (clock() - first < CLOCKS_PER_SEC / 10)
		;
	return 0;
}
