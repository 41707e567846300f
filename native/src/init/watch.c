#include "init/watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/fail.h"

/* The control groups' event counters, or /dev/null (native/src/ns/room.h). */
enum { FD_PIDS_EVENTS = 10, FD_MEMORY_EVENTS = 11 };

#define OPEN_TREE_CLONE_FLAG 1u

enum {
	/* Milliseconds between looks: a process can take about a GB of memory in the shorter one. */
	INTERVAL_MEMORY = 100,
	INTERVAL_OTHER = 250,
	/* When half of the processes are used up. */
	INTERVAL_CROWDED = 20,
	/* Milliseconds after which the disk is measured even if the file system shows no growth. */
	MEASURE_AT_LEAST = 30000,
	/* Deeper than PATH_MAX / 2 nobody builds by accident. */
	DEPTH_MAX = 2048,
};
/* A file system is full when less than this (or a 64th of it) is left. */
static const uint64_t floor_bytes = 64u << 20;

struct place {
	int fd;
	dev_t device;
};

struct watch {
	const struct plan *plan;
	struct place places[WATCHED_MAX + 1];
	size_t place_count;
	/* Sum over the distinct file systems, bytes. */
	uint64_t free_then;
	uint64_t usage;
	uint64_t measured_at;
	uint64_t measuring_took;
	/* The process that measures, 0 without a disk limit; a byte to `ask` starts it, `answer` has the bytes. */
	pid_t measurer;
	int ask;
	int answer;
	bool measuring;
	uint64_t started_measuring;
	uint64_t peak;
	uint64_t page;
	bool crowded;
};

static uint64_t now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Free bytes of all watched file systems; *full when one of them has too few. */
static uint64_t free_bytes(const struct watch *watch, bool *full)
{
	uint64_t sum = 0;

	*full = false;
	for (size_t i = 0; i < watch->place_count; i++) {
		struct statfs status;
		bool seen = false;
		uint64_t left, floor;

		for (size_t j = 0; j < i; j++)
			seen = seen || watch->places[j].device == watch->places[i].device;
		if (seen || fstatfs(watch->places[i].fd, &status) < 0)
			continue;
		left = (uint64_t)status.f_bavail * (uint64_t)status.f_bsize;
		floor = (uint64_t)status.f_blocks * (uint64_t)status.f_bsize / 64;
		if (floor > floor_bytes)
			floor = floor_bytes;
		if (status.f_blocks > 0 && left < floor)
			*full = true;
		/* A file system can also run out of inodes; those without a count say 0. */
		if (status.f_files > 0 && status.f_ffree == 0)
			*full = true;
		sum += left;
	}
	return sum;
}

static void add_place(struct watch *watch, int fd)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail("watch", errno, "cannot look at a writable directory");
	watch->places[watch->place_count++] = (struct place){.fd = fd, .device = status.st_dev};
}

static uint64_t usage_below(int fd, int depth)
{
	DIR *directory = depth > DEPTH_MAX ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint64_t sum = 0;

	if (!directory) {
		close(fd);
		return 0;
	}
	while ((entry = readdir(directory))) {
		struct stat status;
		int child;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* Gone meanwhile. */
		sum += (uint64_t)status.st_blocks * 512 / (status.st_nlink > 1 && !S_ISDIR(status.st_mode) ? status.st_nlink : 1);
		if (!S_ISDIR(status.st_mode))
			continue;
		child = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child >= 0)
			sum += usage_below(child, depth + 1);
	}
	closedir(directory);
	return sum;
}

uint64_t disk_usage(int fd)
{
	return usage_below(fd, 0);
}

static uint64_t measure(const struct watch *watch)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < watch->place_count; i++) {
		int fd = openat(watch->places[i].fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			sum += disk_usage(fd);
	}
	return sum;
}

static _Noreturn void serve_measurements(const struct watch *watch, int asked, int answer)
{
	char byte;

	/* Nothing of the run's talk with the outside belongs here. */
	for (int fd = 3; fd <= 6; fd++)
		close(fd);
	while (read(asked, &byte, 1) == 1) {
		uint64_t usage = measure(watch);
		if (write(answer, &usage, sizeof usage) != sizeof usage)
			break;
	}
	_exit(0);
}

static void start_measurer(struct watch *watch)
{
	int asked[2], answer[2];

	if (pipe2(asked, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		fail("watch", errno, "cannot make a pipe");
	watch->measurer = fork();
	if (watch->measurer < 0)
		fail("watch", errno, "cannot fork");
	if (watch->measurer == 0) {
		close(asked[1]);
		close(answer[0]);
		serve_measurements(watch, asked[0], answer[1]);
	}
	close(asked[0]);
	close(answer[1]);
	watch->ask = asked[1];
	watch->answer = answer[0];
}

struct watch *start_watch(const struct plan *plan, int upper)
{
	struct watch *watch = calloc(1, sizeof *watch);
	bool full;

	if (!watch)
		fail("watch", errno, "no memory");
	watch->plan = plan;
	watch->page = (uint64_t)sysconf(_SC_PAGESIZE);
	watch->measured_at = now_milliseconds();
	add_place(watch, upper);
	for (size_t i = 0; i < plan->watched_count; i++) {
		/* Without what is mounted below it. */
		int tree = (int)syscall(SYS_open_tree, AT_FDCWD, plan->watched[i], OPEN_TREE_CLONE_FLAG | O_CLOEXEC);
		if (tree < 0)
			tree = open(plan->watched[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		add_place(watch, tree);
	}
	watch->free_then = free_bytes(watch, &full);
	watch->answer = -1;
	if (plan->disk)
		start_measurer(watch);
	return watch;
}

static void start_measuring(struct watch *watch, uint64_t now)
{
	if (write(watch->ask, "", 1) != 1)
		return;
	watch->measuring = true;
	watch->started_measuring = now;
}

int measurement_descriptor(const struct watch *watch)
{
	return watch->answer;
}

void take_measurement(struct watch *watch)
{
	bool full;

	if (read(watch->answer, &watch->usage, sizeof watch->usage) != sizeof watch->usage) {
		close(watch->answer); /* Killed, by an administrator: the next look cannot measure. */
		watch->answer = -1;
		return;
	}
	watch->measuring = false;
	watch->measured_at = now_milliseconds();
	watch->measuring_took = watch->measured_at - watch->started_measuring;
	watch->free_then = free_bytes(watch, &full);
}

/* Reads a small file of /proc/PID into `text`; false if the process is gone. */
static bool read_of(const char *pid, const char *name, char *text, size_t size)
{
	char path[300];
	ssize_t got;
	int fd;

	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	return true;
}

static uint64_t thread_count(const char *pid)
{
	char text[1024], *after;
	unsigned long threads = 1;

	/* Field 20 of stat(5); field 2 is a name in parentheses that may hold anything. */
	if (!read_of(pid, "stat", text, sizeof text) || !(after = strrchr(text, ')')))
		return 1;
	for (int field = 2; field < 20 && after; field++)
		after = strchr(after + 1, ' ');
	if (after)
		threads = strtoul(after, NULL, 10);
	return threads ? threads : 1;
}

/* Bytes not shared with files; pages shared by forked processes count once for each. */
static uint64_t rough_memory(const struct watch *watch, const char *pid)
{
	char text[256];
	unsigned long size, resident, shared;

	if (!read_of(pid, "statm", text, sizeof text) || sscanf(text, "%lu %lu %lu", &size, &resident, &shared) != 3)
		return 0;
	return (resident > shared ? resident - shared : 0) * watch->page;
}

/* Proportional set size without the parts that are files: exact, and dear. */
static uint64_t exact_memory(const char *pid)
{
	char text[2048], *line;
	unsigned long anonymous = 0, shared = 0;

	if (!read_of(pid, "smaps_rollup", text, sizeof text))
		return 0;
	if ((line = strstr(text, "Pss_Anon:")))
		anonymous = strtoul(line + 9, NULL, 10);
	if ((line = strstr(text, "Pss_Shmem:")))
		shared = strtoul(line + 10, NULL, 10);
	return ((uint64_t)anonymous + shared) * 1024;
}

/* /dev/shm and /dev are memory too. */
static uint64_t memory_files(void)
{
	struct statfs status;

	if (statfs("/dev/shm", &status) < 0)
		return 0;
	return (uint64_t)(status.f_blocks - status.f_bfree) * (uint64_t)status.f_bsize;
}

/* Walks /proc: processes with all their threads, and their memory if `memory` is given. */
static uint64_t count_processes(const struct watch *watch, uint64_t *memory, bool exact)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	uint64_t count = 0;

	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		pid_t pid;
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		/* In a process namespace of its own the command's numbers are not ours, and only its own are seen. */
		if (pid == 1 || (pid == watch->measurer && !watch->plan->determinizer))
			continue;
		count += thread_count(entry->d_name);
		if (memory)
			*memory += exact ? exact_memory(entry->d_name) : rough_memory(watch, entry->d_name);
	}
	closedir(directory);
	return count;
}

/* The number after `name` in a file of `name number` lines, 0 if it is not there. */
static unsigned long event_count(int fd, const char *name)
{
	char text[1024], *at;
	ssize_t got = pread(fd, text, sizeof text - 1, 0);

	if (got <= 0)
		return 0;
	text[got] = '\0';
	for (at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ' ')
			return strtoul(at + strlen(name), NULL, 10);
	return 0;
}

bool look_at_processes(struct watch *watch, enum ending *how)
{
	const struct plan *plan = watch->plan;
	uint64_t memory = 0, count;

	if (event_count(FD_MEMORY_EVENTS, "oom_kill") > 0) {
		*how = OUT_OF_MEMORY;
		return true;
	}
	if (event_count(FD_PIDS_EVENTS, "max") > 0) {
		*how = TOO_MANY_PROCESSES;
		return true;
	}

	count = count_processes(watch, plan->memory ? &memory : NULL, false);
	if (plan->memory) {
		memory += memory_files();
		if (memory > plan->memory) {
			memory = memory_files();
			count_processes(watch, &memory, true);
		}
		if (memory > watch->peak)
			watch->peak = memory;
		if (memory > plan->memory) {
			*how = OUT_OF_MEMORY;
			return true;
		}
	}
	watch->crowded = plan->processes && count > plan->processes / 2;
	if (plan->processes && count >= plan->processes) {
		*how = TOO_MANY_PROCESSES;
		return true;
	}
	return false;
}

static uint64_t usage_at_most(const struct watch *watch, uint64_t free_now)
{
	return watch->usage + (watch->free_then > free_now ? watch->free_then - free_now : 0);
}

bool look(struct watch *watch, uint64_t now, enum ending *how)
{
	bool full;
	uint64_t free_now = free_bytes(watch, &full);

	if (look_at_processes(watch, how))
		return true;
	if (full) {
		*how = FILE_SYSTEM_FULL;
		return true;
	}
	if (watch->plan->disk == 0 || watch->measuring)
		return false;
	if (watch->usage > watch->plan->disk) {
		*how = DISK_LIMIT;
		return true;
	}
	if (now - watch->measured_at > watch->measuring_took * 10 &&
	    (usage_at_most(watch, free_now) > watch->plan->disk || now - watch->measured_at > MEASURE_AT_LEAST))
		start_measuring(watch, now);
	return false;
}

bool final_look(struct watch *watch, bool failed, enum ending *how)
{
	bool full;
	uint64_t free_now = free_bytes(watch, &full), usage;

	if (failed && full) {
		*how = FILE_SYSTEM_FULL;
		return true;
	}
	/* What was written may still wait for its place on the disk, so a failure is looked at more closely. */
	if (watch->plan->disk == 0 || (!failed && usage_at_most(watch, free_now) <= watch->plan->disk))
		return false;
	usage = measure(watch);
	if (usage > watch->plan->disk || (failed && usage + (1u << 20) > watch->plan->disk)) {
		*how = DISK_LIMIT;
		return true;
	}
	return false;
}

uint64_t next_look(const struct watch *watch)
{
	if (watch->crowded)
		return INTERVAL_CROWDED;
	return watch->plan->memory ? INTERVAL_MEMORY : INTERVAL_OTHER;
}

uint64_t peak_memory(const struct watch *watch)
{
	return watch->peak;
}
