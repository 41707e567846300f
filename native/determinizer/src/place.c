#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "log.h"

/*
 * Paths of a caller are followed from its own root, working directory or descriptors, through the links
 * that /proc/PID has to them. Only links to "self" need care: for us they would mean the supervisor.
 */

_Atomic bool roots_may_differ;

/* Replaces a leading /proc/self, /proc/thread-self, /dev/fd or /dev/std* by what it is for the caller. */
static bool translate_self(struct call *call, const char *path, char *out, size_t size)
{
	static const struct {
		const char *from, *rest;
		bool thread;
	} selves[] = {
		{"/proc/self", "", false},
		{"/proc/thread-self", "", true},
		{"/dev/fd", "/fd", false},
		{"/dev/stdin", "/fd/0", false},
		{"/dev/stdout", "/fd/1", false},
		{"/dev/stderr", "/fd/2", false},
	};
	while (path[0] == '/' && path[1] == '/')
		path++;
	for (size_t i = 0; i < sizeof selves / sizeof *selves; i++) {
		size_t length = strlen(selves[i].from);
		if (strncmp(path, selves[i].from, length) != 0 || (path[length] && path[length] != '/'))
			continue;
		char who[64];
		if (selves[i].thread)
			snprintf(who, sizeof who, "/proc/%d/task/%d", target_process(call, true), target_inner_thread(call));
		else
			snprintf(who, sizeof who, "/proc/%d", target_process(call, true));
		snprintf(out, size, "%s%s%s", who, selves[i].rest, path + length);
		return true;
	}
	return false;
}

/* A caller with another root than ours: links are followed within its root. */
static int find_in_root(struct call *call, int fd, const char *path, struct place *place)
{
	char root[PATH_MAX], base[PATH_MAX], link[32], joined[2 * PATH_MAX];
	ssize_t root_length = readlinkat(call->directory, "root", root, sizeof root - 1);
	if (root_length < 0)
		return EACCES;
	root[root_length] = 0;
	if (*path == '/') {
		snprintf(joined, sizeof joined, "%s", path);
	} else {
		if (fd == AT_FDCWD)
			snprintf(link, sizeof link, "cwd");
		else
			snprintf(link, sizeof link, "fd/%d", fd);
		ssize_t length = readlinkat(call->directory, link, base, sizeof base - 1);
		if (length < 0)
			return fd == AT_FDCWD ? EACCES : EBADF;
		base[length] = 0;
		size_t skip = root_length == 1 ? 0 : (size_t)root_length;
		if (strncmp(base, root, skip) != 0)
			skip = 0; /* outside its root, as chroot allows: then our roots are the same for it */
		snprintf(joined, sizeof joined, "%s/%s", base + skip, path);
	}
	/* The last name is left out, so that a link there is still the caller's choice to follow. */
	size_t end = strlen(joined);
	while (end > 1 && joined[end - 1] == '/')
		end--;
	size_t start = end;
	while (start && joined[start - 1] != '/')
		start--;
	char name[PATH_MAX];
	if (end - start >= sizeof name)
		return ENAMETOOLONG;
	memcpy(name, joined + start, end - start);
	name[end - start] = 0;
	joined[start] = 0;
	int base_fd = openat(call->directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base_fd < 0)
		return EACCES;
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	bool whole = name[0] == 0 || strcmp(name, "..") == 0;
	if (whole)
		snprintf(joined + start, sizeof joined - start, "%s", name);
	place->directory = (int)syscall(SYS_openat2, base_fd, *joined ? joined : "/", &how, sizeof how);
	int error = errno;
	close(base_fd);
	if (place->directory < 0)
		return error;
	place->opened = true;
	snprintf(place->path, sizeof place->path, "%s", whole ? "." : name);
	struct stat link_stat;
	if (!whole && fstatat(place->directory, name, &link_stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link_stat.st_mode)) {
		/* A link as last name would be followed from our root; resolve it here, where the root is known. */
		base_fd = openat(call->directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		snprintf(joined + start, sizeof joined - start, "%s", name);
		int end_fd = (int)syscall(SYS_openat2, base_fd, joined, &how, sizeof how);
		close(base_fd);
		if (end_fd >= 0) {
			char check[PATH_MAX];
			ssize_t length = readlinkat(place->directory, name, check, sizeof check);
			if (length > 0 && check[0] == '/') {
				close(end_fd);
				log_gap("absolute link in another root", call->image->number, path);
				return EACCES;
			}
			close(end_fd);
		}
	}
	return 0;
}

void place_descriptor(struct call *call, int fd, struct place *place)
{
	place->directory = call->directory;
	place->opened = false;
	snprintf(place->path, sizeof place->path, "fd/%d", fd);
}

int place_find(struct call *call, int fd, const char *path, bool empty, struct place *place)
{
	char own[PATH_MAX + 64];
	place->directory = call->directory;
	place->opened = false;
	if (*path == 0) {
		if (!empty)
			return ENOENT;
		if (fd == AT_FDCWD)
			snprintf(place->path, sizeof place->path, "cwd/.");
		else
			place_descriptor(call, fd, place);
		return 0;
	}
	if (*path == '/' && (path[1] == 'p' || path[1] == 'd' || path[1] == '/') && translate_self(call, path, own, sizeof own))
		path = own;
	if (roots_may_differ)
		return find_in_root(call, fd, path, place);
	char base[32];
	if (*path == '/')
		snprintf(base, sizeof base, "root");
	else if (fd == AT_FDCWD)
		snprintf(base, sizeof base, "cwd");
	else
		snprintf(base, sizeof base, "fd/%d", fd);
	size_t length = strlen(path);
	if (length >= PATH_MAX)
		return ENAMETOOLONG;
	if (length + 32 < PATH_MAX) {
		size_t prefix = strlen(base);
		memcpy(place->path, base, prefix);
		place->path[prefix] = '/';
		memcpy(place->path + prefix + 1, path, length + 1);
		if (*path == '/' && length == 1)
			memcpy(place->path, "root/.", 7);
		return 0;
	}
	place->directory = openat(call->directory, base, O_PATH | O_CLOEXEC);
	if (place->directory < 0)
		return *path == '/' || fd == AT_FDCWD ? EACCES : EBADF;
	place->opened = true;
	while (*path == '/')
		path++;
	snprintf(place->path, sizeof place->path, "%s", *path ? path : ".");
	return 0;
}

void place_close(struct place *place)
{
	if (place->opened)
		close(place->directory);
	place->opened = false;
}

bool place_retry(struct call *call, int fd, const char *path, struct place *place)
{
	char link[PATH_MAX], now[2 * PATH_MAX], next[2 * PATH_MAX];
	if (place->opened)
		return false;
	snprintf(now, sizeof now, "%s", path);
	for (int depth = 0; depth < 8; depth++) {
		ssize_t length = readlinkat(place->directory, place->path, link, sizeof link - 1);
		if (length <= 0)
			return depth > 0;
		link[length] = 0;
		const char *slash = *link == '/' ? NULL : strrchr(now, '/');
		size_t head = slash ? (size_t)(slash - now + 1) : 0;
		if (head + (size_t)length >= sizeof next)
			return false;
		memcpy(next, now, head);
		memcpy(next + head, link, (size_t)length + 1);
		/* Also by a relative way: ../proc/self */
		const char *self = strstr(next, "/proc/self");
		if (!self)
			self = strstr(next, "/proc/thread-self");
		if (place_find(call, fd, self ? self : next, false, place))
			return false;
		if (self)
			return true;
		memcpy(now, next, sizeof now);
	}
	return false;
}
