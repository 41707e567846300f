#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "by-init.h"
#include "config.h"
#include "digest.h"
#include "fail.h"
#include "log.h"

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, text, strlen(text)) < 0)
		fail("user-namespace", errno, "cannot write %s", path);
	close(file);
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
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("namespaces", errno, "cannot make the mounts private");
	if (determined(SOURCE_UNAME) && (sethostname(config.hostname, strlen(config.hostname)) != 0 || setdomainname("(none)", 6) != 0))
		log_gap("host name could not be set", 0, strerror(errno));
}

/* A file system in memory that is nowhere mounted: its files are put over others one by one. */
static int open_memory(void)
{
	int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (context < 0)
		return -1;
	int memory = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0 ? fsmount(context, FSMOUNT_CLOEXEC, 0) : -1;
	close(context);
	return memory;
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
	close(file);
	int tree = open_tree(memory, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	bool moved = tree >= 0 && move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
	if (tree >= 0)
		close(tree);
	return written && moved;
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
		log_gap("file could not be masked", 0, path);
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

static void mask_randomness(int memory)
{
	enum { LENGTH = 1 << 20 };
	uint8_t key[32], id[16];
	struct sha256 sha;
	sha256_start(&sha);
	sha256_field(&sha, "device", 6);
	uint64_t seed = varied(SOURCE_RANDOMNESS, "device", 0);
	sha256_add(&sha, &seed, sizeof seed);
	sha256_end(&sha, key);
	uint8_t *bytes = malloc(LENGTH);
	if (!bytes)
		return;
	stream_bytes(key, 0, bytes, LENGTH);
	if (!put_over(memory, "/dev/urandom", bytes, LENGTH) || !put_over(memory, "/dev/random", bytes, LENGTH))
		log_gap("file could not be masked", 0, "/dev/urandom");
	free(bytes);
	static const char *const files[] = {"/proc/sys/kernel/random/uuid", "/proc/sys/kernel/random/boot_id"};
	for (uint64_t i = 0; i < 2; i++) {
		stream_bytes(key, (1ull << 40) + 16 * i, id, 16);
		id[6] = (uint8_t)((id[6] & 15) | 0x40); /* RFC 9562: version 4, variant 1 */
		id[8] = (uint8_t)((id[8] & 63) | 0x80);
		put_text(memory, files[i], "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x\n", id[0], id[1], id[2], id[3], id[4],
			id[5], id[6], id[7], id[8], id[9], id[10], id[11], id[12], id[13], id[14], id[15]);
	}
}

/* An init lays constants over the files that tell the machine, but does not know what a seed makes of them. */
static bool masked_here(enum source source)
{
	return by_init() ? config.sources[source].mode == MODE_VARY : determined(source);
}

void namespaces_furnish(void)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		fail("proc", errno, "cannot mount /proc for the new process namespace");
	if (config.sources[SOURCE_PIDS].mode == MODE_VARY) {
		char text[24];
		int file = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
		int length = snprintf(text, sizeof text, "%u", 300 + (unsigned)(varied(SOURCE_PIDS, "pids", 0) % 20000));
		if (file < 0 || write(file, text, (size_t)length) != length)
			log_gap("first process number could not be varied", 0, strerror(errno));
		if (file >= 0)
			close(file);
	}
	int memory = open_memory();
	if (memory < 0) {
		log_gap("no file of /proc, /sys and /dev could be masked", 0, strerror(errno));
		return;
	}
	if (masked_here(SOURCE_CPUS))
		mask_processors(memory);
	if (masked_here(SOURCE_SYSINFO)) {
		unsigned long long kilobytes = config.memory >> 10;
		put_text(memory, "/proc/meminfo",
			"MemTotal: %15llu kB\nMemFree: %16llu kB\nMemAvailable: %11llu kB\nBuffers: %16u kB\nCached: %17u kB\n"
			"SwapCached: %13u kB\nSwapTotal: %14u kB\nSwapFree: %15u kB\n",
			kilobytes, kilobytes / 2, kilobytes / 2, 0, 0, 0, 0, 0);
		put_text(memory, "/proc/uptime", "1000.00 1000.00\n");
		put_text(memory, "/proc/loadavg", "0.00 0.00 0.00 1/2 2\n");
	}
	if (masked_here(SOURCE_UNAME)) {
		put_text(memory, "/proc/version", "Linux version %s (builder@selfsame) %s\n", config.release, config.version);
		put_text(memory, "/proc/sys/kernel/osrelease", "%s\n", config.release);
		put_text(memory, "/proc/sys/kernel/version", "%s\n", config.version);
		put_text(memory, "/proc/cmdline", "\n");
	}
	if (determined(SOURCE_RANDOMNESS))
		mask_randomness(memory);
	close(memory);
}
