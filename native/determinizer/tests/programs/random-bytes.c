/* Prints random bytes, with "fork" also those of a child that was forked and of one that was forked after it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

static void print(void)
{
	unsigned char bytes[12];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		exit(1);
	for (size_t i = 0; i < sizeof bytes; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
	fflush(stdout);
}

int main(int count, char **arguments)
{
	print();
	for (int i = 0; count > 1 && strcmp(arguments[1], "fork") == 0 && i < 2; i++) {
		if (fork() == 0) {
			print();
			_exit(0);
		}
		wait(NULL);
	}
	print();
	return 0;
}
