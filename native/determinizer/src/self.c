#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "call.h"

/* Paths of a caller that go through "self": it is the one name whose meaning depends on who follows it. */

/* Where the caller's relative or absolute paths start, below its /proc directory. */
void place_base(int fd, const char *path, char base[32])
{
	if (*path == '/')
		snprintf(base, 32, "root");
	else if (fd == AT_FDCWD)
		snprintf(base, 32, "cwd");
	else
		snprintf(base, 32, "fd/%d", fd);
}

/* The numbers after a label of a status file, one for each process namespace, the innermost last. */
static size_t read_namespace_numbers(int directory, const char *path, const char *label, long numbers[32])
{
	char text[4096];
	int file = openat(directory, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
	size_t count = 0;
	if (file >= 0)
		close(file);
	if (length <= 0)
		return 0;
	text[length] = 0;
	const char *at = strstr(text, label);
	for (char *end = (char *)(uintptr_t)(at ? at + strlen(label) : text); at && count < 32 && (*end == '\t' || *end == ' ');)
		numbers[count++] = strtol(end, &end, 10);
	return count;
}

/*
 * What "self" in this /proc stands for: the caller by the number it has in the process namespace of that /proc, which
 * is the one whose list of the caller's numbers is the tail of ours. False if the caller is not in it.
 */
static bool name_caller(const struct call *call, int proc, bool thread, char out[64])
{
	long process[32], own[32], there[32];
	size_t count = read_namespace_numbers(call->directory, "status", "\nNStgid:", process);
	size_t threads = read_namespace_numbers(call->directory, "status", "\nNSpid:", own);
	if (count == 0 || threads != count)
		return false;
	/* The longest list that fits: process 1 of a namespace has a short one, like process 1 of any other. */
	for (size_t i = 0; i < count; i++) {
		char path[48];
		snprintf(path, sizeof path, "%ld/status", process[i]);
		if (read_namespace_numbers(proc, path, "\nNStgid:", there) != count - i || memcmp(there, process + i, (count - i) * sizeof *there) != 0)
			continue;
		if (thread)
			snprintf(out, 64, "%ld/task/%ld", process[i], own[i]);
		else
			snprintf(out, 64, "%ld", process[i]);
		return true;
	}
	return false;
}

/* A /proc that the caller reaches by the first `length` bytes of the path; -1 if there is none. */
static int open_proc(struct call *call, int fd, const char *path, size_t length)
{
	char place[PATH_MAX + 64], base[32];
	struct statfs system;
	struct stat directory;
	place_base(fd, path, base);
	if (snprintf(place, sizeof place, "%s/%.*s", base, (int)length, path) >= (int)sizeof place)
		return -1;
	int proc = openat(call->directory, place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc >= 0 && fstatfs(proc, &system) == 0 && system.f_type == PROC_SUPER_MAGIC && fstat(proc, &directory) == 0 &&
		directory.st_ino == 1 /* PROC_ROOT_INO */)
		return proc;
	if (proc >= 0)
		close(proc);
	return -1;
}

/*
 * Replaces "self" and "thread-self" below a /proc by what they mean for the caller; for us they would mean the supervisor.
 * Returns whether anything was replaced.
 */
bool self_named(struct call *call, int fd, const char *path, int flags, char *out, size_t size)
{
	char who[64], devices[PATH_MAX + 64];
	bool translated = false;
	if (strncmp(path, "/dev/", 5) == 0) {
		/* Links that every system has. */
		static const char *const links[][2] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
			{"stderr", "/proc/self/fd/2"}};
		for (size_t i = 0; i < 4 && !translated; i++) {
			size_t length = strlen(links[i][0]);
			const char *rest = path + 5 + length;
			if (strncmp(path + 5, links[i][0], length) != 0 || (*rest && *rest != '/') || (!*rest && (flags & AT_SYMLINK_NOFOLLOW)))
				continue;
			snprintf(devices, sizeof devices, "%s%s", links[i][1], rest);
			path = devices;
			translated = true;
		}
	}
	for (const char *at = path; (at = strstr(at, "self")); at++) {
		bool thread = at - path >= 7 && strncmp(at - 7, "thread-", 7) == 0;
		const char *start = thread ? at - 7 : at;
		if ((start != path && start[-1] != '/') || (at[4] && at[4] != '/') || (!at[4] && (flags & AT_SYMLINK_NOFOLLOW)))
			continue;
		int proc = open_proc(call, fd, path, (size_t)(start - path));
		if (proc < 0)
			continue;
		bool named = name_caller(call, proc, thread, who);
		close(proc);
		if (!named)
			return false;
		snprintf(out, size, "%.*s%s%s", (int)(start - path), path, who, at + 4);
		return true;
	}
	if (translated)
		snprintf(out, size, "%s", path);
	return translated;
}

static const char *const own_links[] = {"self/exe", "self/cwd", "self/root", "self/fd/0", "self/fd/1", "self/fd/2"};
enum { OURS = sizeof own_links / sizeof *own_links };
static struct statx ours[OURS];

static void look_at_ourselves(void)
{
	for (size_t i = 0; i < OURS; i++)
		if (statx(proc_directory, own_links[i], 0, STATX_INO, &ours[i]) != 0)
			ours[i].stx_mask = 0;
}

bool self_mistaken(const struct statx *file)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	if (config.namespaces)
		return false; /* there we are not in any /proc of the caller's */
	pthread_once(&once, look_at_ourselves);
	for (size_t i = 0; i < OURS; i++)
		if (ours[i].stx_mask && ours[i].stx_ino == file->stx_ino && ours[i].stx_dev_major == file->stx_dev_major &&
			ours[i].stx_dev_minor == file->stx_dev_minor)
			return true;
	return false;
}
