/*
 * Reads /dev/urandom in ways that only a device bears.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LENGTH = 3000000 };
static unsigned char bytes[LENGTH];

static int device(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	assert(fd >= 0);
	return fd;
}

static void print(void)
{
	int fd = device();
	char line[40];
	assert(read(fd, bytes, 16) == 16);
	for (int i = 0; i < 16; i++)
		snprintf(line + 2 * i, 3, "%02x", bytes[i]);
	line[32] = '\n';
	assert(write(1, line, 33) == 33);
	close(fd);
}

static void forks(void)
{
	print();
	print();
	for (int i = 0; i < 3; i++) {
		pid_t child = fork();
		if (child == 0) {
			print();
			print();
			_exit(0);
		}
		int status;
		assert(waitpid(child, &status, 0) == child && status == 0);
	}
	print();
}

static void misuse(void)
{
	int fd = device(), count = 0;
	unsigned char first[64], second[64], *volatile nowhere = (unsigned char *)8;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	assert(poll(&ready, 1, 1000) == 1 && (ready.revents & POLLIN));
	assert(ioctl(fd, RNDGETENTCNT, &count) == 0 && count == 256);
	assert(ioctl(fd, RNDCLEARPOOL) == -1 && errno == EPERM);
	assert(ioctl(fd, 0x5401, first) == -1 && errno == ENOTTY);
	assert(read(fd, NULL, 0) == 0);
	assert(read(fd, nowhere, 100) == -1 && errno == EFAULT);
	/* Going back gives new bytes, not old ones. */
	assert(read(fd, first, sizeof first) == sizeof first && lseek(fd, 0, SEEK_SET) == 0);
	assert(read(fd, second, sizeof second) == sizeof second && memcmp(first, second, sizeof first) != 0);
	assert(pread(fd, first, sizeof first, 0) == sizeof first && memcmp(first, second, sizeof first) != 0);
	assert(fchmod(fd, 0600) == -1);
	assert(write(fd, "x", 1) == -1 && errno == EBADF);
	/* A mapping has no bytes, whatever was written before. */
	int writing = open("/dev/urandom", O_RDWR);
	assert(writing >= 0 && write(writing, bytes, 100000) == 100000);
	pid_t child = fork();
	if (child == 0) {
		volatile unsigned char *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, writing, 0);
		if (map == MAP_FAILED)
			_exit(0);
		_exit(map[0] & 0);
	}
	int status;
	assert(waitpid(child, &status, 0) == child && (status == 0 || WIFSIGNALED(status)));
	/* A reader that is killed leaves the others alone. */
	child = fork();
	if (child == 0)
		for (;;)
			(void)!read(fd, bytes, sizeof bytes);
	struct timespec pause = {0, 20000000};
	nanosleep(&pause, NULL);
	assert(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child);
	assert(read(fd, first, sizeof first) == sizeof first);
}

static void *open_often(void *unused)
{
	(void)unused;
	for (int i = 0; i < 300; i++) {
		char few[8];
		int fd = device();
		assert(read(fd, few, sizeof few) == sizeof few);
		void *map = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		assert(map != MAP_FAILED && munmap(map, 1 << 16) == 0);
		close(fd);
	}
	return NULL;
}

static void many(void)
{
	pthread_t threads[8];
	for (int i = 0; i < 8; i++)
		assert(pthread_create(&threads[i], NULL, open_often, NULL) == 0);
	for (int i = 0; i < 8; i++)
		assert(pthread_join(threads[i], NULL) == 0);
	int fds[900];
	for (int i = 0; i < 900; i++)
		fds[i] = device();
	for (int i = 0; i < 900; i++)
		close(fds[i]);
}

int main(int count, char **arguments)
{
	assert(count > 1);
	if (strcmp(arguments[1], "forks") == 0) {
		forks();
	} else if (strcmp(arguments[1], "misuse") == 0) {
		misuse();
	} else if (strcmp(arguments[1], "many") == 0) {
		many();
	} else {
		int fd = device();
		size_t done = 0, part = getenv("PIECES") ? 4099 : LENGTH;
		while (done < LENGTH) {
			ssize_t got = read(fd, bytes + done, LENGTH - done < part ? LENGTH - done : part);
			assert(got > 0);
			done += (size_t)got;
		}
		assert(write(1, bytes, LENGTH) == LENGTH);
	}
	return 0;
}
