/*
 * Forks 1000 children one after another that wait before they print random bytes: none has been heard of when the next one is made.
 */
#include <assert.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 1000 };

int main(void)
{
	int gate[2];
	char byte;
	assert(pipe(gate) == 0);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();
		assert(child >= 0);
		if (child == 0) {
			unsigned char bytes[8];
			char line[24];
			close(gate[1]);
			assert(read(gate[0], &byte, 1) == 0);
			assert(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
			for (int n = 0; n < 8; n++)
				snprintf(line + 2 * n, 3, "%02x", bytes[n]);
			line[16] = '\n';
			assert(write(1, line, 17) == 17);
			_exit(0);
		}
	}
	close(gate[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
