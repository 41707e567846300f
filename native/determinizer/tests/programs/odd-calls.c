/* Calls that could be ways around, or that an emulation easily gets wrong: odd-calls WHAT. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct stat file;

static int count_entries(int fd)
{
	char bytes[8192];
	int count = 0;
	for (;;) {
		long length = syscall(SYS_getdents64, fd, bytes, sizeof bytes);
		if (length <= 0)
			return length < 0 ? -errno : count;
		for (long at = 0; at < length; at += *(unsigned short *)(void *)(bytes + at + 16))
			count++;
	}
}

/* The first thread has ended, others have not. */
static void *after_leader(void *leader)
{
	pthread_join(*(pthread_t *)leader, NULL);
	assert(count_entries(open(".", O_RDONLY)) > 2);
	assert(stat("/etc/passwd", &file) == 0 && file.st_mtime <= 1700000000);
	assert(fstat(open(".", O_RDONLY), &file) == 0);
	assert(system("test $(date +%s) = 1700000002") == 0);
	exit(0);
}

/* A thread with a table of descriptors of its own. */
static void *own_descriptors(void *unused)
{
	(void)unused;
	assert(unshare(CLONE_FILES) == 0);
	assert(dup2(open("full", O_RDONLY | O_DIRECTORY), 50) == 50);
	assert(count_entries(50) == 12);
	assert(fstatat(50, "5", &file, 0) == 0);
	return NULL;
}

static double since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

int main(int count, char **arguments)
{
	assert(count == 2);
	const char *what = arguments[1];
	static pthread_t leader, other;
	struct timespec start, at;
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (strcmp(what, "leader") == 0) {
		leader = pthread_self();
		pthread_create(&other, NULL, after_leader, &leader);
		pthread_exit(NULL);
	} else if (strcmp(what, "descriptors") == 0) {
		assert(mkdir("empty", 0777) == 0 && mkdir("full", 0777) == 0);
		for (char name[] = "full/0"; name[5] <= '9'; name[5]++)
			close(creat(name, 0666));
		assert(dup2(open("empty", O_RDONLY), 50) == 50);
		pthread_create(&other, NULL, own_descriptors, NULL);
		pthread_join(other, NULL);
		assert(count_entries(50) == 2);
	} else if (strcmp(what, "clocks") == 0) {
		struct timex machine = {0};
		struct timeval tomorrow = {2000000000, 0};
		assert(adjtimex(&machine) == -1 && errno == EPERM);
		assert(clock_adjtime(CLOCK_REALTIME, &machine) == -1 && errno == EPERM);
		assert(settimeofday(&tomorrow, NULL) == -1 && errno == EPERM);
		at = (struct timespec){2000000000, 0};
		assert(clock_settime(CLOCK_REALTIME, &at) == -1 && errno == EPERM);
		/* None of all clocks shows the real date. */
		for (int clock = 0; clock < 32; clock++)
			if (clock_gettime(clock, &at) == 0)
				assert(at.tv_sec < 1000000000 || at.tv_sec == 1700000002);
	} else if (strcmp(what, "deadline") == 0) {
		/* Locking with priority inheritance waits on the wall clock without saying so. */
		unsigned word = 1; /* held by process 1 */
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 300000000;
		assert(syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, &at, NULL, 0) == -1);
		assert(errno == ETIMEDOUT ? since(&start) > 0.25 : errno == EPERM || errno == ESRCH);
	} else if (strcmp(what, "counter") == 0) {
		assert(prctl(PR_SET_TSC, PR_TSC_ENABLE) == 0);
		printf("%llu\n", (unsigned long long)__builtin_ia32_rdtsc());
	} else if (strcmp(what, "not-dumpable") == 0) {
		assert(prctl(PR_SET_DUMPABLE, 0) == 0);
		pid_t child = fork();
		if (child == 0) {
			assert(stat("/etc/passwd", &file) == 0);
			assert(fstat(open("/", O_RDONLY), &file) == 0);
			assert(count_entries(open("/", O_RDONLY)) > 2);
			execlp("date", "date", "+%s", NULL);
			abort();
		}
		int status;
		assert(waitpid(child, &status, 0) == child && status == 0);
	} else if (strcmp(what, "self") == 0) {
		/* Every way to /proc/self leads to the caller. */
		assert(stat(arguments[0], &file) == 0);
		ino_t own = file.st_ino;
		assert(chdir("/proc") == 0);
		assert(stat("self/exe", &file) == 0 && file.st_ino == own);
		assert(stat("/proc/self/exe", &file) == 0 && file.st_ino == own);
		assert(stat("/proc/../proc//self/exe", &file) == 0 && file.st_ino == own);
		assert(stat("/proc/thread-self/exe", &file) == 0 && file.st_ino == own);
		assert(fstatat(open("/proc", O_RDONLY), "self/exe", &file, 0) == 0 && file.st_ino == own);
		assert(lstat("/proc/self", &file) == 0 && S_ISLNK(file.st_mode));
		assert(lstat("self", &file) == 0 && S_ISLNK(file.st_mode));
		assert(stat("self", &file) == 0 && S_ISDIR(file.st_mode));
		int link = open("/tmp", O_RDONLY | O_DIRECTORY);
		char name[64];
		snprintf(name, sizeof name, "odd-calls-link-%d-%ld", getpid(), start.tv_nsec);
		assert(symlinkat("/proc/self/exe", link, name) == 0);
		int result = fstatat(link, name, &file, 0);
		unlinkat(link, name, 0);
		assert(result == 0 && file.st_ino == own);
		assert(stat("/etc/mtab", &file) == 0 || errno == ENOENT);
	} else {
		abort();
	}
	return 0;
}
