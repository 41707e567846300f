/* Forks and executes without end, for a second; then says so and ends, with all others still there. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	(void)arguments;
	struct stat file;
	struct timespec start, now;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0;; i++) {
		if (fork() == 0 && count == 1 && i % 4 == 0)
			execl("./bomb", "bomb", "child", (char *)NULL);
		stat("/etc/passwd", &file);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > start.tv_sec + 1)
			break;
	}
	if (getppid() != 1 || count > 1)
		for (;;)
			pause();
	printf("ended %lld\n", (long long)time(NULL));
	return 0;
}
