#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "by-init.h"
#include "config.h"
#include "digest.h"
#include "fail.h"
#include "handlers.h"
#include "log.h"

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, text, strlen(text)) < 0)
		fail("user-namespace", errno, "cannot write %s", path);
	close(file);
}

static void make_private(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("namespaces", errno, "cannot make the mounts private");
}

void namespaces_separate(void)
{
	if (unshare(CLONE_NEWNS) != 0)
		fail("namespaces", errno, "cannot make a mount namespace");
	make_private();
}

void namespaces_enter(void)
{
	unsigned user = geteuid(), group = getegid();
	char map[64];
	if (user != 0) {
		if (unshare(CLONE_NEWUSER) != 0)
			fail("user-namespace", errno, "cannot make a user namespace");
		write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof map, "%u %u 1\n", user, user);
		write_file("/proc/self/uid_map", map);
		snprintf(map, sizeof map, "%u %u 1\n", group, group);
		write_file("/proc/self/gid_map", map);
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC) != 0)
		fail("namespaces", errno, "cannot make mount, host name and IPC namespaces");
	make_private();
	if (determined(SOURCE_UNAME) && (sethostname(config.hostname, strlen(config.hostname)) != 0 || setdomainname("(none)", 6) != 0))
		log_gap("host name could not be set", 0, strerror(errno));
}

/* The log is the supervisor's; another process writes down here what it has to say. */
enum { GAPS_MAX = 64 };
struct gaps {
	unsigned count;
	struct {
		const char *what; /* of the program's own texts */
		char detail[160];
	} gaps[GAPS_MAX];
};
static struct gaps *gaps;

void namespaces_prepare(void)
{
	gaps = mmap(NULL, sizeof *gaps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (gaps == MAP_FAILED)
		fail("start", errno, "cannot reserve memory");
}

static void note_gap(const char *what, const char *detail)
{
	if (gaps->count == GAPS_MAX)
		return;
	gaps->gaps[gaps->count].what = what;
	snprintf(gaps->gaps[gaps->count++].detail, sizeof gaps->gaps->detail, "%s", detail);
}

void namespaces_report(void)
{
	for (unsigned i = 0; i < gaps->count; i++)
		log_gap(gaps->gaps[i].what, 0, gaps->gaps[i].detail);
	munmap(gaps, sizeof *gaps);
}

/*
 * A file system whose files are put over others one by one lies over some directory meanwhile: until Linux 6.15 only what
 * is mounted somewhere can be cloned.
 */
static const char *attached_at;
static int attached;

static bool attach(int mounted)
{
	static const char *const places[] = {"/tmp", "/usr", "/etc"};
	for (size_t i = 0; i < sizeof places / sizeof *places && !attached; i++)
		if (access(places[i], F_OK) == 0)
			attached_at = places[i];
	if (!attached_at || move_mount(mounted, "", AT_FDCWD, attached_at, MOVE_MOUNT_F_EMPTY_PATH) != 0)
		return false;
	attached++;
	return true;
}

static void detach_all(void)
{
	for (; attached; attached--)
		if (umount2(attached_at, MNT_DETACH) != 0)
			fail("namespaces", errno, "cannot free %s again", attached_at);
}

static int open_memory(void)
{
	errno = ENOSYS;
	int context = without(FEATURE_NEW_MOUNTS) ? -1 : fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (context < 0)
		return -1;
	int memory = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0 ? fsmount(context, FSMOUNT_CLOEXEC, 0) : -1;
	close(context);
	if (memory >= 0 && !attach(memory)) {
		close(memory);
		return -1;
	}
	return memory;
}

static bool move_over(int mounted, const char *name, const char *path)
{
	int tree = open_tree(mounted, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	bool moved = tree >= 0 && move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
	if (tree >= 0)
		close(tree);
	return moved;
}

static bool put_over(int memory, const char *path, const void *bytes, size_t length)
{
	static int number;
	char name[24];
	if (access(path, F_OK) != 0)
		return true; /* nothing there that could tell */
	snprintf(name, sizeof name, "%d", number++);
	int file = openat(memory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	if (file < 0)
		return false;
	bool written = write(file, bytes, length) == (ssize_t)length;
	/* Older than the run: they would show how long it took to start. */
	struct timespec epoch = {config.epoch < 0 ? 0 : config.epoch, 0};
	futimens(file, (struct timespec[2]){epoch, epoch});
	close(file);
	return written && move_over(memory, name, path);
}

static void put_text(int memory, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void put_text(int memory, const char *path, const char *format, ...)
{
	char text[64 << 10];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof text || !put_over(memory, path, text, (size_t)length))
		note_gap("file could not be masked", path);
}

static void mask_processors(int memory)
{
	static char text[60 << 10], stat[60 << 10];
	unsigned cpus = config.cpus < 128 ? config.cpus : 128;
	size_t used = 0, stat_used = (size_t)snprintf(stat, sizeof stat, "cpu  0 0 0 0 0 0 0 0 0 0\n");
	for (unsigned i = 0; i < cpus; i++) {
		/* The first x86-64 level: what every machine has. */
		used += (size_t)snprintf(text + used, sizeof text - used,
			"processor\t: %u\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 15\nmodel name\t: x86-64\nstepping\t: 0\n"
			"cpu MHz\t\t: 2000.000\ncache size\t: 4096 KB\nphysical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\n"
			"flags\t\t: fpu tsc msr cx8 cmov mmx fxsr sse sse2 syscall nx lm\nbogomips\t: 4000.00\n\n",
			i, cpus, i, cpus);
		stat_used += (size_t)snprintf(stat + stat_used, sizeof stat - stat_used, "cpu%u 0 0 0 0 0 0 0 0 0 0\n", i);
	}
	put_text(memory, "/proc/cpuinfo", "%s", text);
	put_text(memory, "/proc/stat", "%sintr 0\nctxt 0\nbtime %lld\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n", stat,
		(long long)config.epoch);
	static const char *const lists[] = {"online", "possible", "present"};
	for (size_t i = 0; i < 3; i++) {
		char path[64];
		snprintf(path, sizeof path, "/sys/devices/system/cpu/%s", lists[i]);
		if (cpus == 1)
			put_text(memory, path, "0\n");
		else
			put_text(memory, path, "0-%u\n", cpus - 1);
	}
}

/* Without the file system of devices.c: the same bytes for everybody, and an end. With device-openings.c hardly anybody reads them. */
static void mask_random_devices(int memory, const uint8_t key[32])
{
	enum { LENGTH = 4 << 20, LENGTH_IF_ANSWERED = 64 << 10, PART = 64 << 10 };
	static uint8_t bytes[PART];
	static const char *const devices[][2] = {{"urandom", "/dev/urandom"}, {"random", "/dev/random"}};
	size_t length = devices_answered() ? LENGTH_IF_ANSWERED : LENGTH;
	struct timespec epoch = {config.epoch < 0 ? 0 : config.epoch, 0};
	for (size_t i = 0; i < 2; i++) {
		int file = openat(memory, devices[i][0], O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
		bool fine = file >= 0;
		for (size_t done = 0; fine && done < length; done += PART) {
			bulk_bytes(key, done, bytes, PART);
			fine = write(file, bytes, PART) == PART;
		}
		if (file >= 0) {
			futimens(file, (struct timespec[2]){epoch, epoch});
			close(file);
		}
		if (!fine || (access(devices[i][1], F_OK) == 0 && !move_over(memory, devices[i][0], devices[i][1])))
			note_gap("file could not be masked", devices[i][1]);
	}
}

static void mask_randomness(int memory, bool served)
{
	uint8_t key[32], id[16];
	static const char *const devices[][2] = {{"urandom", "/dev/urandom"}, {"random", "/dev/random"}, {"uuid", "/proc/sys/kernel/random/uuid"}};
	struct sha256 sha;
	sha256_start(&sha);
	sha256_field(&sha, "device", 6);
	uint64_t seed = varied(SOURCE_RANDOMNESS, "device", 0);
	sha256_add(&sha, &seed, sizeof seed);
	sha256_end(&sha, key);
	static const char *const files[] = {"/proc/sys/kernel/random/uuid", "/proc/sys/kernel/random/boot_id"};
	for (uint64_t i = served ? 1 : 0; i < 2; i++) {
		char text[40];
		stream_bytes(key, (1ull << 40) + 16 * i, id, 16);
		uuid_text(id, text);
		put_text(memory, files[i], "%s\n", text);
	}
	for (size_t i = 0; served && i < sizeof devices / sizeof *devices; i++)
		if (access(devices[i][1], F_OK) == 0 && !move_over(devices_mount(), devices[i][0], devices[i][1]))
			note_gap("file could not be masked", devices[i][1]);
	if (!served)
		mask_random_devices(memory, key);
	if (!served && !devices_answered()) {
		note_gap("urandom-is-finite", "/dev/urandom and /dev/random end after 4 MiB and every opening reads the same");
		note_gap("uuid-is-constant", "/proc/sys/kernel/random/uuid reads the same each time");
	}
}

/* An init lays constants over the files that tell the machine, but does not know what a seed makes of them. */
static bool masked_here(enum source source)
{
	return by_init() ? config.sources[source].mode == MODE_VARY : determined(source);
}

static void mask_all(int memory)
{
	if (masked_here(SOURCE_CPUS))
		mask_processors(memory);
	if (masked_here(SOURCE_SYSINFO)) {
		struct sysinfo shown;
		double loads[3];
		sysinfo_shown(&shown);
		unsigned long long kilobytes = shown.totalram >> 10;
		for (int i = 0; i < 3; i++)
			loads[i] = (double)shown.loads[i] / (1 << SI_LOAD_SHIFT);
		put_text(memory, "/proc/meminfo",
			"MemTotal: %15llu kB\nMemFree: %16llu kB\nMemAvailable: %11llu kB\nBuffers: %16u kB\nCached: %17u kB\n"
			"SwapCached: %13u kB\nSwapTotal: %14u kB\nSwapFree: %15u kB\n",
			kilobytes, kilobytes / 2, kilobytes / 2, 0, 0, 0, 0, 0);
		put_text(memory, "/proc/uptime", "%ld.00 %ld.00\n", shown.uptime, shown.uptime);
		put_text(memory, "/proc/loadavg", "%.2f %.2f %.2f 1/%u %u\n", loads[0], loads[1], loads[2], shown.procs, shown.procs);
	}
	if (masked_here(SOURCE_UNAME)) {
		put_text(memory, "/proc/version", "Linux version %s (builder@selfsame) %s\n", config.release, config.version);
		put_text(memory, "/proc/sys/kernel/osrelease", "%s\n", config.release);
		put_text(memory, "/proc/sys/kernel/version", "%s\n", config.version);
		put_text(memory, "/proc/cmdline", "\n");
	}
}

unsigned namespaces_last_process(void)
{
	return 300 + (unsigned)(varied(SOURCE_PIDS, "pids", 0) % 20000);
}

static void new_proc(void)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		fail("proc", errno, "cannot mount /proc for the new process namespace");
	if (config.sources[SOURCE_PIDS].mode == MODE_VARY) {
		char text[24];
		int file = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
		int length = snprintf(text, sizeof text, "%u", namespaces_last_process());
		if (file < 0 || write(file, text, (size_t)length) != length)
			note_gap("first process number could not be varied", strerror(errno));
		if (file >= 0)
			close(file);
	}
}

void namespaces_number(void)
{
	if (config.namespaces || by_init())
		new_proc();
}

void namespaces_furnish(void)
{
	int memory = config.masks == MASKS_NONE ? -1 : open_memory(), error = errno;
	if (memory >= 0) {
		if (config.masks == MASKS_ALL)
			mask_all(memory);
		if (determined(SOURCE_RANDOMNESS))
			mask_randomness(memory, devices_mount() >= 0 && attach(devices_mount()));
		detach_all();
		close(memory);
	} else if (config.masks != MASKS_NONE) {
		note_gap("no file of /proc, /sys and /dev could be masked", strerror(error));
	}
}
