#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"

/*
 * Paths of a caller are followed from its own root, working directory or descriptors, through the links
 * that /proc/PID has to them. Only links to "self" need care: for us they would mean the supervisor.
 */

_Atomic bool roots_may_differ;

enum { LONG_PATH = 2 * PATH_MAX + 64 };

/* Which root a process has: mounts are numbered across all namespaces. */
static bool root_of(int directory, const char *path, struct statx *root)
{
	return statx(directory, path, 0, STATX_INO | STATX_MNT_ID, root) == 0 && (root->stx_mask & STATX_MNT_ID);
}

static bool has_our_root(const struct call *call)
{
	struct statx ours, root;
	return root_of(AT_FDCWD, "/", &ours) && root_of(call->directory, "root", &root) && ours.stx_mnt_id == root.stx_mnt_id &&
		ours.stx_ino == root.stx_ino && ours.stx_dev_major == root.stx_dev_major && ours.stx_dev_minor == root.stx_dev_minor;
}

static bool is_proc(int directory)
{
	struct statfs system;
	return fstatfs(directory, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* The path as one from the caller's own root; 0 or an errno value. */
static int path_in_root(struct call *call, int fd, const char *path, char joined[LONG_PATH])
{
	char root[PATH_MAX], base[PATH_MAX], link[32];
	if (*path == '/') {
		snprintf(joined, LONG_PATH, "%s", path);
		return 0;
	}
	place_base(fd, path, link);
	ssize_t root_length = readlinkat(call->directory, "root", root, sizeof root - 1), length = readlinkat(call->directory, link, base, sizeof base - 1);
	if (root_length < 0 || length < 0)
		return root_length < 0 || fd == AT_FDCWD ? EACCES : EBADF;
	root[root_length] = base[length] = 0;
	size_t skip = root_length == 1 ? 0 : (size_t)root_length;
	if (strncmp(base, root, skip) != 0)
		skip = 0; /* outside its root, as chroot allows: then our roots are the same for it */
	snprintf(joined, LONG_PATH, "%s/%s", base + skip, path);
	return 0;
}

/* Splits off the last name; false if there is none, because the path ends in a slash or "..". */
static bool split_name(char joined[LONG_PATH], char name[PATH_MAX])
{
	char *slash = strrchr(joined, '/');
	const char *last = slash ? slash + 1 : joined;
	size_t length = strlen(last);
	if (length == 0 || length >= PATH_MAX || strcmp(last, "..") == 0)
		return false;
	memcpy(name, last, length + 1);
	joined[last - joined] = 0;
	return true;
}

/*
 * A caller with another root than ours: links are followed within its root. Links of /proc/PID have no way within a root, and
 * "self" is not ours: where the path ends in such ones they are taken one by one.
 */
static int find_in_root(struct call *call, int fd, const char *path, int flags, struct place *place)
{
	char joined[LONG_PATH], name[PATH_MAX], link[PATH_MAX], own[LONG_PATH];
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
	int error = path_in_root(call, fd, path, joined);
	int within = error ? -1 : openat(call->directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (within < 0)
		return error ? error : EACCES;
	for (int depth = 0; depth < 8; depth++) {
		bool named = !follow && split_name(joined, name);
		place->opened = (int)syscall(SYS_openat2, within, *joined ? joined : "/", &how, sizeof how);
		error = place->opened < 0 ? errno : 0;
		if (!error && named) {
			place->directory = place->opened;
			snprintf(place->path, sizeof place->path, "%s", name);
		} else if (!error) {
			place->directory = proc_directory;
			snprintf(place->path, sizeof place->path, "self/fd/%d", place->opened);
		}
		if (!error || !follow || (error != ENOENT && error != EXDEV) || !split_name(joined, name))
			break;
		/* By way of the last link. */
		place->opened = (int)syscall(SYS_openat2, within, *joined ? joined : "/", &how, sizeof how);
		if (place->opened < 0)
			break;
		place->directory = place->opened;
		snprintf(place->path, sizeof place->path, "%s", name);
		if (error == EXDEV && is_proc(place->directory)) {
			error = 0;
			break;
		}
		ssize_t length = readlinkat(place->directory, name, link, sizeof link - 1);
		place_close(place);
		if (length <= 0)
			break;
		link[length] = 0;
		size_t used = *link == '/' ? 0 : strlen(joined);
		if (used + (size_t)length >= sizeof joined)
			break;
		memcpy(joined + used, link, (size_t)length + 1);
		if (self_named(call, AT_FDCWD, joined, flags, own, sizeof own))
			memcpy(joined, own, sizeof joined);
	}
	close(within);
	return error;
}

void place_descriptor(struct call *call, int fd, struct place *place)
{
	call_glance(call);
	place->directory = call->directory;
	place->opened = -1;
	snprintf(place->path, sizeof place->path, "fd/%d", fd);
}

int place_find(struct call *call, int fd, const char *path, int flags, struct place *place)
{
	char own[PATH_MAX + 64], base[32];
	place->directory = AT_FDCWD;
	place->opened = -1;
	if (*path == 0) {
		if (!(flags & AT_EMPTY_PATH))
			return ENOENT;
		if (!call_glance(call))
			return EPERM;
		place->directory = call->directory;
		if (fd == AT_FDCWD)
			snprintf(place->path, sizeof place->path, "cwd/.");
		else
			place_descriptor(call, fd, place);
		return 0;
	}
	bool special = strncmp(path, "/dev/", 5) == 0 || strstr(path, "self");
	if ((special || roots_may_differ) && !call_look(call))
		return EPERM;
	if (special && self_named(call, fd, path, flags, own, sizeof own))
		path = own;
	if (roots_may_differ && !has_our_root(call))
		return find_in_root(call, fd, path, flags, place);
	size_t length = strlen(path);
	if (length >= PATH_MAX)
		return ENAMETOOLONG;
	if (*path == '/') {
		/* The caller's root is ours. */
		memcpy(place->path, path, length + 1);
		return 0;
	}
	if (!call_glance(call))
		return EPERM;
	place->directory = call->directory;
	place_base(fd, path, base);
	if (length + 32 < PATH_MAX) {
		size_t prefix = strlen(base);
		memcpy(place->path, base, prefix);
		place->path[prefix] = '/';
		memcpy(place->path + prefix + 1, path, length + 1);
		return 0;
	}
	place->directory = openat(call->directory, base, O_PATH | O_CLOEXEC);
	if (place->directory < 0)
		return fd == AT_FDCWD ? EACCES : EBADF;
	place->opened = place->directory;
	memcpy(place->path, path, length + 1);
	return 0;
}

void place_close(struct place *place)
{
	if (place->opened >= 0)
		close(place->opened);
	place->opened = -1;
}

bool place_retry(struct call *call, int fd, const char *path, int flags, struct place *place)
{
	char link[PATH_MAX], now[2 * PATH_MAX], next[2 * PATH_MAX];
	if (place->opened >= 0)
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
		if (place_find(call, fd, self ? self : next, flags & ~AT_EMPTY_PATH, place))
			return false;
		if (self)
			return true;
		memcpy(now, next, sizeof now);
	}
	return false;
}
