/* Reads a directory in small parts, with seeking, rewinding, a duplicate and after a fork. */
#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char last[256];

static int read_part(int fd, size_t room)
{
	char buffer[4096];
	int number = 0;
	long length = syscall(SYS_getdents64, fd, buffer, room);
	assert(length >= 0);
	for (long at = 0; at < length; number++) {
		struct dirent64 *entry = (void *)(buffer + at);
		assert(strcmp(entry->d_name, last) > 0);
		strcpy(last, entry->d_name);
		at += entry->d_reclen;
	}
	return number;
}

int main(int count, char **arguments)
{
	assert(count == 2);
	int fd = open(arguments[1], O_RDONLY | O_DIRECTORY), sum = 0, part;
	while ((part = read_part(fd, 100)))
		sum += part;
	assert(sum == 302);
	assert(lseek(fd, 0, SEEK_SET) == 0);
	last[0] = 0;
	int copy = dup(fd);
	sum = read_part(fd, 200);
	sum += read_part(copy, 200);
	pid_t child = fork();
	if (child == 0)
		_exit(read_part(fd, 300));
	int status;
	assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
	sum += WEXITSTATUS(status);
	while ((part = read_part(copy, 4096)))
		sum += part;
	assert(sum == 302);
	DIR *directory = opendir(arguments[1]);
	for (int i = 0; i < 10; i++)
		readdir(directory);
	long place = telldir(directory);
	char name[256];
	strcpy(name, readdir(directory)->d_name);
	for (int i = 0; i < 100; i++)
		readdir(directory);
	seekdir(directory, place);
	assert(strcmp(readdir(directory)->d_name, name) == 0);
	char small[8];
	assert(lseek(fd, 0, SEEK_SET) == 0);
	assert(syscall(SYS_getdents64, fd, small, sizeof small) == -1);
	assert(syscall(SYS_getdents64, fd, (void *)1, 4096) == -1);
	assert(syscall(SYS_getdents64, 0, last, 100) == -1);
	return 0;
}
