/* Makes files and directories with names of the C library's choice, and files with other names, and prints them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	(void)arguments;
	struct timespec now;
	for (int i = 0; i < 3; i++) {
		char file[] = "fileXXXXXX", suffixed[] = "otherXXXXXX.s", directory[] = "directoryXXXXXX";
		if (mkstemp(file) < 0 || mkstemps(suffixed, 2) < 0 || !mkdtemp(directory))
			return 1;
		printf("%s %s %s\n", file, suffixed, directory);
	}
	if (count > 1)
		return 0;
	/* What is no such name is made at once. */
	for (int i = 0; i < 1000; i++) {
		char name[32];
		clock_gettime(CLOCK_MONOTONIC, &now);
		snprintf(name, sizeof name, "lock%06d", i);
		if (open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 3)
			return 2;
		snprintf(name, sizeof name, "place%06d", i);
		if (mkdir(name, 0700))
			return 3;
		closefrom(9);
	}
	return 0;
}
