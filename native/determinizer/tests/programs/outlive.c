/* outlive FILE: waits until the supervisor is gone, and then writes what its questions come to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	struct stat file;
	char text[256], byte;
	if (count < 2)
		return 1;
	int out = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
	/* A random byte is had from the supervisor only. */
	for (int i = 0; i < 500 && getrandom(&byte, 1, 0) == 1; i++)
		usleep(10000);
	int result = stat("/etc/passwd", &file);
	int used = snprintf(text, sizeof text, "stat %s\n", result ? strerror(errno) : "was answered");
	execl("/bin/true", "true", (char *)NULL);
	used += snprintf(text + used, sizeof text - (size_t)used, "execute %s\n", strerror(errno));
	return write(out, text, (size_t)used) != used;
}
