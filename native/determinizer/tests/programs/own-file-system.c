/*
 * own-file-system DIRECTORY CLIENTS: serves a file system from within the build, whose server itself asks the supervisor
 * something before each answer. More clients than the supervisor has threads wait for it. Exits with 77 where FUSE cannot be had.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void reply(int fd, uint64_t unique, int error, const void *body, size_t length)
{
	struct fuse_out_header head = {(uint32_t)(sizeof head + length), -error, unique};
	struct iovec parts[2] = {{&head, sizeof head}, {(void *)(uintptr_t)body, length}};
	if (writev(fd, parts, 2) < 0 && errno != ENOENT)
		_exit(3);
}

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){.ino = node, .size = 5, .mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644, .nlink = 1, .blksize = 4096};
}

static void serve(int fd)
{
	static char request[1 << 17];
	struct timespec pause = {0, 300000000};
	struct stat file;
	/* Until all clients wait. */
	nanosleep(&pause, NULL);
	for (;;) {
		ssize_t length = read(fd, request, sizeof request);
		if (length < 0 && (errno == EINTR || errno == ENOENT))
			continue;
		if (length < (ssize_t)sizeof(struct fuse_in_header))
			_exit(0);
		struct fuse_in_header *head = (struct fuse_in_header *)(void *)request;
		/* What the supervisor must answer although all whom it has wait for us. */
		if (stat("/etc/passwd", &file) != 0)
			_exit(2);
		if (head->opcode == FUSE_INIT) {
			struct fuse_init_out out = {.major = 7, .minor = 31, .max_write = 4096, .max_background = 100, .congestion_threshold = 90};
			reply(fd, head->unique, 0, &out, sizeof out);
		} else if (head->opcode == FUSE_LOOKUP) {
			struct fuse_entry_out out = {.nodeid = 2, .attr = attributes(2)};
			reply(fd, head->unique, 0, &out, sizeof out);
		} else if (head->opcode == FUSE_GETATTR) {
			struct fuse_attr_out out = {.attr = attributes(head->nodeid)};
			reply(fd, head->unique, 0, &out, sizeof out);
		} else if (head->opcode != FUSE_FORGET && head->opcode != FUSE_BATCH_FORGET && head->opcode != FUSE_INTERRUPT) {
			reply(fd, head->unique, ENOSYS, NULL, 0);
		}
	}
}

int main(int count, char **arguments)
{
	char options[128], name[4096];
	struct stat file;
	int clients = count > 2 ? atoi(arguments[2]) : 0, fd = open("/dev/fuse", O_RDWR);
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (count < 3 || fd < 0 || mount("own", arguments[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0)
		return 77;
	pid_t server = fork();
	if (server == 0)
		serve(fd);
	for (int i = 0; i < clients; i++)
		if (fork() == 0) {
			snprintf(name, sizeof name, "%s/f%d", arguments[1], i);
			_exit(stat(name, &file) != 0 || file.st_size != 5 || !S_ISREG(file.st_mode));
		}
	for (int i = 0; i < clients; i++) {
		int status;
		pid_t ended = wait(&status);
		assert(ended > 0 && ended != server && status == 0);
	}
	kill(server, SIGKILL);
	return 0;
}
