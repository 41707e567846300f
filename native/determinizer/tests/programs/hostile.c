/* Does to the supervisor what it can; then an ordinary question must still get its answer. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int calls[] = {SYS_execve, SYS_execveat, SYS_newfstatat, SYS_stat, SYS_lstat, SYS_fstat, SYS_statx, SYS_utimensat, SYS_utime,
	SYS_utimes, SYS_futimesat, SYS_getdents, SYS_getdents64, SYS_getrandom, SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_uname,
	SYS_sysinfo, SYS_sched_getaffinity, SYS_getcpu, SYS_statfs, SYS_fstatfs, SYS_openat, SYS_open, SYS_openat2, SYS_rename,
	SYS_renameat, SYS_renameat2, SYS_futex, SYS_timer_settime, SYS_timerfd_settime, SYS_capset, SYS_setfsuid, SYS_setgroups};

static unsigned long seed = 88172645463325252ul;

static unsigned long next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void fuzz(char *page, unsigned rounds)
{
	const unsigned long odd[] = {0, 1, 4096, (unsigned long)page, (unsigned long)page + 4090, (unsigned long)page + 4096, ~0ul, ~0ul - 4095,
		0x7ffffffffffful, 0x800000000000ul, 0xffffffff80000000ul, 0x70000000ul, 0x70000ff0ul, (unsigned long)-100, 3, 64, 1ul << 32,
		1ul << 31, 1ul << 63};
	for (unsigned i = 0; i < rounds; i++) {
		unsigned long a[6];
		int call = calls[next() % (sizeof calls / sizeof *calls)];
		for (int j = 0; j < 6; j++)
			a[j] = next() % 5 ? odd[next() % (sizeof odd / sizeof *odd)] : next() >> (next() % 64);
		if (call == SYS_futex) {
			a[1] = 9 | 256;
			a[0] = (unsigned long)page;
			a[2] = 12345;
		}
		for (int j = 0; j < 64; j++)
			page[4032 + j] = (char)(next() % 3 ? "/tmp/../x."[next() % 10] : (int)next());
		syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
}

static void *race(void *path)
{
	for (unsigned long n = 0; n < ~0ul; n++)
		for (int i = 0; i < 4096; i += 7)
			((char *)path)[i] = ((char *)path)[i] ? 0 : 'a';
	return NULL;
}

int main(int count, char **arguments)
{
	(void)arguments;
	if (count > 1) {
		/* Everything that can be killed is: only the processes of this tree, and not the supervisor. */
		signal(SIGTERM, SIG_IGN);
		kill(1, SIGKILL);
		kill(1, SIGSEGV);
		return 0;
	}
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(page != MAP_FAILED && munmap(page + 4096, 4096) == 0);
	for (int round = 0; round < 4; round++) {
		pid_t child = fork();
		if (child == 0) {
			alarm(20);
			seed += (unsigned long)round * 7919;
			for (int fd = 3; fd < 64; fd++)
				close(fd);
			if (round == 3) {
				pthread_t thread;
				pthread_create(&thread, NULL, race, page);
			}
			/* Its own state page, scribbled over: harms itself alone. */
			memset((void *)0x70000008ul, (int)next(), 120);
			if (round == 2)
				munmap((void *)0x70000000ul, 4096);
			fuzz(page, 3000);
			_exit(0);
		}
		int status;
		assert(child > 0 && waitpid(child, &status, 0) == child);
	}
	/* Names of the greatest length and beyond, huge counts, a filter of its own. */
	struct stat file;
	char *path = malloc(70000);
	memset(path, 'a', 69999);
	path[69999] = 0;
	assert(stat(path, &file) == -1 && errno == ENAMETOOLONG);
	for (int i = 0; i < 4094; i += 2)
		memcpy(path + i, "./", 2);
	path[4094] = '.';
	path[4095] = 0;
	assert(stat(path, &file) == 0 && S_ISDIR(file.st_mode));
	assert(syscall(SYS_getrandom, page, ~0ul, 0) != 0);
	assert(syscall(SYS_getrandom, page, 4096, 0) == 4096);
	assert(syscall(SYS_getrandom, page, 1, 64) == -1 && errno == EINVAL);
	assert(syscall(SYS_uname, 0) == -1 && errno == EFAULT);
	assert(syscall(SYS_fstat, 9999, &file) == -1 && errno == EBADF);
	assert(syscall(SYS_newfstatat, 9999, "x", &file, 0) == -1 && errno == EBADF);
	assert(syscall(SYS_newfstatat, AT_FDCWD, "", &file, 0) == -1 && errno == ENOENT);
	assert(syscall(SYS_newfstatat, AT_FDCWD, ".", &file, 0x40000000) == -1 && errno == EINVAL);
	assert(syscall(SYS_io_uring_setup, 8, page) == -1 && errno == ENOSYS);
	assert(syscall(SYS_userfaultfd, 0) == -1 && errno == ENOSYS);
	assert(syscall(SYS_getpid | 0x40000000) == -1 && errno == ENOSYS);
	assert(stat("/proc/self/exe", &file) == 0 && file.st_mtime <= 1700000002);
	assert(time(NULL) / 1000 == 1700000);
	return 0;
}
