/* Prints the error of every way in which a program cannot be executed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *arguments[] = {"x", NULL}, *environment[] = {"A=b", NULL};

static void try(const char *what, const char *path, char **argv, char **envp)
{
	int result = execve(path, argv, envp);
	printf("%s: %d %s\n", what, result, strerror(errno));
}

static void write_file(const char *name, const void *bytes, size_t length, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length || fchmod(fd, mode) != 0)
		exit(2);
	close(fd);
}

int main(void)
{
	static char longest[8192], huge[200000];
	char *many[] = {huge, NULL}, *bad_pointer[] = {(char *)8, NULL};
	memset(longest, 'a', sizeof longest - 1);
	memset(huge, 'h', sizeof huge - 1);
	mkdir("e-dir", 0777);
	write_file("e-noexec", "#!/bin/sh\n", 10, 0644);
	write_file("e-text", "hello\n", 6, 0755);
	write_file("e-empty", "", 0, 0755);
	write_file("e-elf", "\177ELF\2\1\1\0garbage", 16, 0755);
	write_file("e-cut", "\177ELF", 4, 0755);
	write_file("e-interpreter", "#!\n", 3, 0755);
	write_file("e-relative", "#!no/such\n", 10, 0755);
	if (symlink("e-loop", "e-loop") != 0 && errno != EEXIST)
		return 2;
	try("missing", "e-missing", arguments, environment);
	try("in a file", "e-text/x", arguments, environment);
	try("directory", "e-dir", arguments, environment);
	try("not executable", "e-noexec", arguments, environment);
	try("text", "e-text", arguments, environment);
	try("empty", "e-empty", arguments, environment);
	try("bad image", "e-elf", arguments, environment);
	try("cut image", "e-cut", arguments, environment);
	try("no interpreter", "e-interpreter", arguments, environment);
	try("missing interpreter", "e-relative", arguments, environment);
	try("loop", "e-loop", arguments, environment);
	try("long name", longest, arguments, environment);
	try("no name", "", arguments, environment);
	try("bad name", (char *)8, arguments, environment);
	try("long argument", "/bin/true", many, environment);
	try("bad argument", "/bin/true", bad_pointer, environment);
	try("bad arguments", "/bin/true", (char **)8, environment);
	try("device", "/dev/null", arguments, environment);
	errno = 0;
	printf("bad descriptor: %ld %s\n", syscall(SYS_execveat, 77, "", arguments, environment, AT_EMPTY_PATH), strerror(errno));
	errno = 0;
	printf("bad flags: %ld %s\n", syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, environment, 0x40000000), strerror(errno));
	errno = 0;
	int busy = open("e-busy", O_WRONLY | O_CREAT, 0755);
	if (busy >= 0)
		try("being written", "e-busy", arguments, environment);
	/* A last try that works. */
	fflush(stdout);
	execl("/bin/echo", "echo", "done", (char *)NULL);
	return 1;
}
