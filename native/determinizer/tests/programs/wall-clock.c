/* Prints the wall clock's second, asked for in the way named. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	struct timespec at = {0, 0};
	struct timeval old;
	const char *how = count > 1 ? arguments[1] : "vdso";
	if (strcmp(how, "stat") == 0) {
		struct stat file;
		return stat(arguments[2], &file) != 0 || file.st_mtime > 1700000002;
	}
	if (strcmp(how, "syscall") == 0)
		syscall(SYS_clock_gettime, CLOCK_REALTIME, &at);
	else if (strcmp(how, "gettimeofday") == 0)
		gettimeofday(&old, NULL), at.tv_sec = old.tv_sec;
	else if (strcmp(how, "time") == 0)
		at.tv_sec = syscall(SYS_time, NULL);
	else
		clock_gettime(CLOCK_REALTIME, &at);
	printf("%lld\n", (long long)at.tv_sec);
	return 0;
}
