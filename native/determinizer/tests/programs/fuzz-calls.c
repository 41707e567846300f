/*
 * fuzz-calls SEED SECONDS: makes the calls that the supervisor answers, with arguments that make no sense or change while
 * they are read, from processes that are killed meanwhile. Afterwards ordinary questions must get their answers. A round
 * is repeated with the seed that was printed and 0 seconds. Works in the current directory, and as nobody if it is root.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGES = 8, PAGE = 4096, ROUND_MILLISECONDS = 250 };

static uint64_t state;
static char *memory; /* pages of every kind */
static timer_t timer;
static int generation;

static uint64_t next(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : state;
}

/* No dots and no leading slash: what is written stays here. */
static const char *const names[] = {"a", "b", "d", "d/a", "d/e", "link", "loop", "gone/x", "d/to-d/to-d/a", "", "a/", "fifo", "absent",
	"script", "program", "bad-program", "self-link", "d/e/long/long/long"};
/* Only asked about. */
static const char *const far_names[] = {"/proc/self/exe", "/proc/self/fd/0", "/proc/thread-self/exe", "/dev/stdin", "/dev/fd/3", "/proc/1/exe",
	"/proc/self/root/etc/passwd", "../..", "/", "//etc//passwd", "/proc/self/cwd/a", "/dev/null", "/etc/mtab", "self/fd", "d/self/x", "selfself/self"};

static uint64_t number(void)
{
	static const uint64_t odd[] = {0, 1, 2, 3, 4, 7, 8, 16, 64, 128, 256, 4095, 4096, 65536, INT32_MAX, UINT32_MAX, 1ul << 31, 1ul << 32, INT64_MAX,
		UINT64_MAX, 1ul << 63, (uint64_t)AT_FDCWD, (uint32_t)AT_FDCWD, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, UTIME_NOW, UTIME_OMIT, 999999999,
		1000000000, 1700000001, 1700000002};
	return next(4) ? odd[next(sizeof odd / sizeof *odd)] : next(0) >> next(64);
}

static uint64_t pointer(void)
{
	uint64_t page = (uint64_t)memory + PAGE * next(PAGES);
	switch (next(8)) {
	case 0:
		return number();
	case 1:
		return page + PAGE - next(32);
	case 2:
		return 0x70000000 + next(4096);
	case 3:
		return page + next(PAGE);
	default:
		return page;
	}
}

/* A name at a place that another thread may be changing. */
static uint64_t name(int only_here)
{
	const char *chosen = only_here || next(3) ? names[next(sizeof names / sizeof *names)] : far_names[next(sizeof far_names / sizeof *far_names)];
	size_t length = strlen(chosen) + 1;
	if (next(16) == 0)
		return only_here ? (next(2) ? 8 : 0x800000000000) : pointer();
	char *at = memory + PAGE * next(3) + (next(2) ? PAGE - length : next(PAGE - 64));
	memcpy(at, chosen, length);
	return (uint64_t)at;
}

static uint64_t descriptor(void)
{
	return next(4) ? next(16) : next(3) ? (uint32_t)AT_FDCWD : number();
}

static void *times(void)
{
	uint64_t *at = (uint64_t *)(void *)(memory + 8 * next(PAGE / 8 - 4));
	for (int i = 0; i < 4; i++)
		at[i] = next(2) ? next(3) : number();
	return at;
}

/* A time that is soon over, mostly. */
static void *short_time(void)
{
	uint64_t *at = times();
	if (next(64)) {
		at[0] = next(3) ? 0 : at[0] | 1ul << 63;
		at[1] = next(200000);
		at[2] = 0;
		at[3] = next(200000);
	}
	return at;
}

static void *disturb(void *unused)
{
	(void)unused;
	uint64_t own = 12345;
	for (;;) {
		own = own * 6364136223846793005u + 1442695040888963407u;
		size_t at = own >> 20 & (3 * PAGE - 1);
		/* Letters of names only; a slash never comes first. */
		if (at % PAGE && memory[at - 1] && at < 3 * PAGE)
			memory[at] = "abde/\0"[own >> 50 & 3];
		if ((own >> 40) % 1000 == 0)
			mprotect(memory + 3 * PAGE, PAGE, (own >> 30) % 4);
		if ((own >> 40) % 5000 == 1) {
			munmap(memory + 4 * PAGE, PAGE);
			mmap(memory + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		}
	}
	return NULL;
}

static void nothing(int number)
{
	(void)number;
}

static long call(void)
{
	static const int looks[] = {SYS_stat, SYS_lstat, SYS_statfs};
	static const int plain[] = {SYS_gettimeofday, SYS_time, SYS_uname, SYS_sysinfo, SYS_getcpu};
	switch (next(30)) {
	case 0:
	case 1:
		return syscall(looks[next(3)], name(0), pointer());
	case 2:
		return syscall(SYS_newfstatat, descriptor(), name(0), pointer(), next(2) ? 0 : number());
	case 3:
		return syscall(SYS_statx, descriptor(), name(0), next(2) ? 0 : number(), number(), pointer());
	case 4:
		return syscall(next(2) ? SYS_fstat : SYS_fstatfs, descriptor(), pointer());
	case 5:
		return syscall(SYS_utimensat, descriptor(), next(8) ? name(1) : 0, next(4) ? (uint64_t)times() : pointer(), next(2) ? 0 : number());
	case 6:
		return syscall(next(2) ? SYS_utime : SYS_utimes, name(1), next(4) ? (uint64_t)times() : pointer());
	case 7:
		return syscall(SYS_futimesat, descriptor(), next(4) ? name(1) : 0, next(4) ? (uint64_t)times() : pointer());
	case 8:
	case 9:
		return syscall(next(2) ? SYS_getdents64 : SYS_getdents, next(2) ? 3 + next(4) : descriptor(), pointer(), next(2) ? next(PAGE) : number());
	case 10:
		return syscall(SYS_getrandom, pointer(), next(2) ? next(10000) : number(), next(2) ? 0 : number());
	case 11:
		return syscall(SYS_clock_gettime, next(2) ? next(24) : number(), pointer());
	case 12:
		return syscall(plain[next(sizeof plain / sizeof *plain)], pointer(), pointer(), pointer());
	case 13:
		return syscall(SYS_sched_getaffinity, number(), number(), pointer());
	case 14:
		return syscall(SYS_nanosleep, short_time(), pointer());
	case 15:
		return syscall(SYS_clock_nanosleep, next(2) ? next(12) : number(), next(4), short_time(), pointer());
	case 16:
		return syscall(SYS_futex, memory, next(2) ? FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME : FUTEX_LOCK_PI, number(), short_time(), 0, number());
	case 17:
		return next(2) ? syscall(SYS_timer_settime, next(2) ? (uint64_t)timer : number(), next(4), times(), pointer())
					   : syscall(SYS_timerfd_settime, next(2) ? 9 : descriptor(), next(4), times(), pointer());
	case 18: {
		struct open_how how = {.flags = next(2) ? (uint64_t)(O_CREAT | O_RDWR | O_CLOEXEC) : O_WRONLY | O_CLOEXEC | O_NONBLOCK, .mode = 0644};
		return syscall(SYS_openat2, next(2) ? (uint64_t)AT_FDCWD : descriptor(), name(1), next(8) ? (uint64_t)&how : pointer(), next(4) ? sizeof how : number());
	}
	case 19:
		return syscall(SYS_openat, AT_FDCWD, name(1), O_CREAT | O_RDWR | O_NONBLOCK | O_CLOEXEC | (next(2) ? O_TRUNC : 0), 0644);
	case 20:
		return syscall(next(8) ? SYS_open : SYS_creat, name(1), next(2) ? O_WRONLY | O_NONBLOCK : O_CREAT | O_EXCL | O_NONBLOCK, 0600);
	case 21:
		return next(2) ? syscall(SYS_rename, name(1), name(1)) : syscall(SYS_renameat2, AT_FDCWD, name(1), AT_FDCWD, name(1), next(4));
	case 22: {
		uint64_t *action = times();
		action[0] = next(2) ? (uint64_t)nothing : next(2);
		action[1] = next(2) ? SA_RESTART | 0x04000000 : number() & ~(uint64_t)SA_ONSTACK;
		action[3] = 0;
		return syscall(SYS_rt_sigaction, next(2) ? SIGUSR1 : number(), next(4) ? (uint64_t)action : next(2) ? 0 : pointer(), next(2) ? 0 : pointer(), next(8) ? 8 : number());
	}
	case 23:
		return syscall(SYS_prctl, next(2) ? PR_SET_TSC : PR_SET_DUMPABLE, number(), number(), number(), number());
	case 24: {
		uint64_t *list = times();
		list[0] = next(2) ? name(0) : pointer();
		list[1] = next(2) ? 0 : pointer();
		if (generation++ == 0 && fork() != 0) {
			generation = 0;
			return 0;
		}
		return next(2) ? syscall(SYS_execve, name(0), next(2) ? (uint64_t)list : pointer(), next(2) ? 0 : pointer())
					   : syscall(SYS_execveat, descriptor(), name(0), next(2) ? (uint64_t)list : pointer(), 0, next(2) ? AT_EMPTY_PATH : number());
	}
	case 25: {
		/* A child goes on in its own way; one that has been a child makes none. */
		if (generation)
			return -1;
		pid_t child = fork();
		if (child == 0) {
			state ^= 0x5555;
			generation++;
		}
		return child;
	}
	case 26:
		return syscall(SYS_clone3, next(2) ? 0 : 8, number());
	case 27:
		return next(64) ? syscall(next(2) ? SYS_poll : SYS_ppoll, 0, 0, next(3), 0, 0) : unshare(next(2) ? CLONE_NEWUSER : CLONE_FILES);
	case 28:
		return next(16) ? kill(getpid(), SIGUSR1) : chdir(next(2) ? "d" : "/proc");
	default:
		return next(16) ? syscall(SYS_setfsuid, number()) : chroot("d");
	}
}

static void prepare(void)
{
	memory = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(memory != MAP_FAILED);
	/* 0 to 2 for names, 3 changing rights, 4 coming and going, 5 read only, 6 not at all, 7 unmapped. */
	mprotect(memory + 5 * PAGE, PAGE, PROT_READ);
	mprotect(memory + 6 * PAGE, PAGE, PROT_NONE);
	munmap(memory + 7 * PAGE, 2 * PAGE);
	int ends[2], file = open(".", O_RDONLY | O_DIRECTORY);
	const char *const opened[] = {"d", "/", "/proc", "/proc/self", "a"};
	for (int i = 0; i < 5; i++)
		dup2(open(opened[i], O_RDONLY), 3 + i);
	dup2(open("d", O_PATH), 8);
	dup2(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), 9);
	dup2(epoll_create1(0), 10);
	dup2(file, 11);
	if (pipe(ends) == 0)
		dup2(ends[0], 12);
	struct sigevent none = {.sigev_notify = SIGEV_NONE};
	assert(timer_create(CLOCK_REALTIME, &none, &timer) == 0);
	signal(SIGUSR1, nothing);
}

static void round_of(uint64_t seed)
{
	close(2);
	struct rlimit small = {2, 2}, files = {1 << 20, 1 << 20}, processes = {200, 200};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CPU, &small);
	setrlimit(RLIMIT_FSIZE, &files);
	setrlimit(RLIMIT_NPROC, &processes);
	if (geteuid() == 0)
		assert(syscall(SYS_setgroups, 0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
	state = seed * 0x9e3779b97f4a7c15u + 88172645463325252u;
	prepare();
	if (seed % 3 == 0) {
		pthread_t thread;
		pthread_create(&thread, NULL, disturb, NULL);
	}
	if (seed % 5 == 0)
		memset((void *)0x70000008ul, (int)next(256), 136);
	if (seed % 7 == 0)
		munmap((void *)0x70000000ul, 4096);
	if (seed % 11 == 0)
		for (int i = 0; i < 4096 - 512; i++)
			((char *)0x70000200ul)[i] = (char)next(256);
	for (int i = 0; i < 2000; i++)
		call();
	_exit(0);
}

static void ordinary_questions(void)
{
	struct stat file;
	char bytes[16];
	assert(stat("/etc/passwd", &file) == 0 && file.st_mtime <= 1700000002);
	assert(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
	struct timespec at;
	assert(syscall(SYS_clock_gettime, CLOCK_REALTIME, &at) == 0 && at.tv_sec / 10000 == 170000);
}

static void write_file(const char *path, const char *bytes, size_t length, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	assert(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && fchmod(fd, mode) == 0 && close(fd) == 0);
}

static int64_t real_milliseconds(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

int main(int count, char **arguments)
{
	if (count < 3)
		return 0; /* executed by itself */
	uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 10) : 1, rounds = 0, killed = 0;
	int64_t end = real_milliseconds() + 1000 * (count > 2 ? atoi(arguments[2]) : 2);
	/* A place that nobody can write to outside of. */
	assert(mkdir("play", 0777) == 0 && chmod("play", 0777) == 0 && chdir("play") == 0);
	assert(mkdir("d", 0777) == 0 && chmod("d", 0777) == 0 && mkdir("d/e", 0777) == 0 && symlink("../d", "d/to-d") == 0);
	assert(symlink("a", "link") == 0 && symlink("loop", "loop") == 0 && symlink("/proc/self/exe", "self-link") == 0 && mkfifo("fifo", 0666) == 0);
	for (char i = 'a'; i < 'c'; i++)
		write_file((char[]){i, 0}, "x", 1, 0666);
	write_file("d/a", "x", 1, 0666);
	write_file("script", "#!/bin/sh\n:\n", 12, 0755);
	write_file("bad-program", "\177ELF\2\1\1\0garbage and more garbage", 32, 0755);
	write_file("program", "\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0", 20, 0755);
	do {
		pid_t child = fork();
		if (child == 0) {
			setpgid(0, 0);
			round_of(seed + rounds);
		}
		assert(child > 0);
		setpgid(child, child);
		int status = 0;
		int64_t until = real_milliseconds() + ROUND_MILLISECONDS;
		pid_t ended = 0;
		while ((ended = waitpid(child, &status, WNOHANG)) == 0 && real_milliseconds() < until) {
			struct timespec pause = {0, 2000000};
			syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
		}
		/* And all that it has started. */
		if (ended == 0)
			killed++;
		kill(-child, SIGKILL);
		if (ended == 0)
			assert(waitpid(child, &status, 0) == child);
		ordinary_questions();
		rounds++;
	} while (real_milliseconds() < end);
	printf("%llu rounds of 2000 calls from seed %llu, %llu of them killed\n", (unsigned long long)rounds, (unsigned long long)seed,
		(unsigned long long)killed);
	return 0;
}
