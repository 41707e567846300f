#include "ns/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From <linux/mount.h>, which older C libraries cannot include beside <sys/mount.h>. */
#define OPEN_TREE_CLONE_FLAG 1u
#define AT_RECURSIVE_FLAG 0x8000u
#define MOVE_MOUNT_EMPTY_PATHS (4u | 0x40u) /* of source and target */
#define MOUNT_ATTR_RDONLY_FLAG 1ull
#define MOUNT_ATTR_FLAGS (0x2u | 0x4u) /* nosuid, nodev */
#define FSCONFIG_SET_STRING_COMMAND 1u
#define FSCONFIG_CREATE_COMMAND 6u

enum { ENTRIES_MAX = 4096 };

struct mount_attributes {
	unsigned long long set, clear, propagation, userns_fd;
};

/* Descends one step; `name` is not followed if it is a link. */
static int step(int at, const char *name)
{
	int fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISLNK(status.st_mode)) {
		close(fd);
		errno = ELOOP;
		return -1;
	}
	return fd;
}

/* Copies the next part of `path` to `name`; the rest, or NULL at the end or when it does not fit. */
static const char *next_part(const char *path, char name[NAME_MAX + 1])
{
	size_t length;

	path += strspn(path, "/");
	length = strcspn(path, "/");
	if (length == 0 || length > NAME_MAX)
		return NULL;
	memcpy(name, path, length);
	name[length] = '\0';
	return path + length;
}

int find_place(int root, const char *path)
{
	char name[NAME_MAX + 1];
	int at = fcntl(root, F_DUPFD_CLOEXEC, 12);

	while (at >= 0 && (path = next_part(path, name))) {
		int found = step(at, name), error = errno;
		close(at);
		errno = error;
		at = found;
	}
	return at;
}

static bool make_entry(int at, const char *name, bool directory)
{
	int fd;

	if (directory)
		return mkdirat(at, name, 0755) == 0;
	fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The name that leads from the first `length` bytes of a path towards `keep`, or NULL. */
static const char *kept_name(const char *path, size_t length, const char *keep, char name[NAME_MAX + 1])
{
	if (!keep || strncmp(path, keep, length) != 0 || (keep[length] != '/' && length > 1))
		return NULL;
	return next_part(keep + length, name) ? name : NULL;
}

bool bind_tree(int source, int place, bool read_only)
{
	struct mount_attributes attributes = {.set = MOUNT_ATTR_RDONLY_FLAG};
	int tree = (int)syscall(SYS_open_tree, source, "", OPEN_TREE_CLONE_FLAG | AT_RECURSIVE_FLAG | AT_EMPTY_PATH | O_CLOEXEC), error;
	bool placed;

	if (tree < 0)
		return false;
	placed = (!read_only || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE_FLAG, &attributes, sizeof attributes) == 0) &&
		 syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_EMPTY_PATHS) == 0;
	error = errno;
	close(tree);
	errno = error;
	return placed;
}

int cover(int place)
{
	int context = (int)syscall(SYS_fsopen, "tmpfs", 1u /* close on exec */), made;

	if (context < 0)
		return -1;
	made = syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING_COMMAND, "mode", "0755", 0) == 0 &&
			       syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING_COMMAND, "source", "selfsame", 0) == 0 &&
			       syscall(SYS_fsconfig, context, FSCONFIG_CREATE_COMMAND, NULL, NULL, 0) == 0
		       ? (int)syscall(SYS_fsmount, context, 1u /* close on exec */, MOUNT_ATTR_FLAGS)
		       : -1;
	close(context);
	if (made >= 0 && syscall(SYS_move_mount, made, "", place, "", MOVE_MOUNT_EMPTY_PATHS) < 0) {
		close(made);
		return -1;
	}
	return made;
}

bool put_as_is(const struct entry *entry, bool read_only)
{
	struct stat status;
	char target[PATH_MAX];
	ssize_t length;
	int from, to;
	bool put;

	if (fstatat(entry->directory, entry->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return true; /* Gone meanwhile, or a file system that does not answer: it is not there then. */
	if (S_ISLNK(status.st_mode)) {
		length = readlinkat(entry->directory, entry->name, target, sizeof target - 1);
		if (length < 0)
			return true;
		target[length] = '\0';
		return symlinkat(target, entry->into, entry->name) == 0;
	}
	if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
		return true;
	from = step(entry->directory, entry->name);
	if (from < 0)
		return true;
	put = make_entry(entry->into, entry->name, S_ISDIR(status.st_mode));
	to = put ? step(entry->into, entry->name) : -1;
	put = to >= 0 && bind_tree(from, to, read_only);
	close(from);
	if (to >= 0)
		close(to);
	return put;
}

bool each_entry(int from, int place, unsigned without, const char *kept, bool (*put)(void *context, const struct entry *entry), void *context)
{
	int list = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
	DIR *directory = list < 0 ? NULL : fdopendir(list);
	struct entry entry = {.directory = from};
	struct dirent *found;
	struct stat status;
	bool good = fstat(from, &status) == 0 && (directory || kept);

	entry.into = good ? cover(place) : -1;
	good = entry.into >= 0;
	while (good && directory && (found = readdir(directory))) {
		entry.name = found->d_name;
		if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
			continue;
		if (++count > ENTRIES_MAX)
			errno = E2BIG;
		good = count <= ENTRIES_MAX && put(context, &entry);
	}
	if (good && !directory) {
		entry.name = kept;
		good = put(context, &entry);
	}
	if (entry.into >= 0) {
		char path[48];
		snprintf(path, sizeof path, "/proc/self/fd/%d", entry.into);
		(void)chmod(path, status.st_mode & 07777 & ~without);
		close(entry.into);
	}
	if (directory)
		closedir(directory);
	return good;
}

static bool put_unchanged(void *context, const struct entry *entry)
{
	(void)context;
	return put_as_is(entry, false);
}

/* So that others can be added; nobody but us can add them. */
static bool spread(int place, const char *kept)
{
	return each_entry(place, place, 0222, kept, put_unchanged, NULL);
}

int make_place(int root, const char *path, bool directory, const char *keep)
{
	char name[NAME_MAX + 1], upto[PATH_MAX], kept[NAME_MAX + 1];
	const char *rest = path, *after;
	int at = fcntl(root, F_DUPFD_CLOEXEC, 12);

	while (at >= 0 && (after = next_part(rest, name))) {
		size_t length = (size_t)(rest - path);
		bool leaf = !directory && after[strspn(after, "/")] == '\0';
		int found = step(at, name);

		if (found < 0 && errno == ENOENT && length < sizeof upto) {
			if (!make_entry(at, name, !leaf)) {
				bool closed = errno == EROFS || errno == EACCES || errno == EPERM || errno == EOVERFLOW;
				bool open = closed && spread(at, kept_name(path, length, keep, kept));
				close(at);
				memcpy(upto, path, length);
				upto[length] = '\0';
				at = open ? find_place(root, upto) : -1;
				if (at < 0)
					return -1;
				if (!make_entry(at, name, !leaf)) {
					close(at);
					return -1;
				}
			}
			found = step(at, name);
		}
		close(at);
		at = found;
		rest = after;
	}
	return at;
}
