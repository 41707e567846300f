#include "tree/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/fail.h"
#include "common/spec.h"
#include "tree/place.h"

enum { ID_MAX = 65535, MODE_MAX = 07777, TEXT_MAX = 1 << 16, REMOVE_DEPTH_MAX = 1000 };

struct attributes {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
};

/* The next NUL-terminated text of the input; false at its end. Reuses one buffer for each `slot`. */
static char *next_text(int slot)
{
	static char *texts[4];
	size_t length = 0;

	if (!texts[slot] && !(texts[slot] = malloc(TEXT_MAX)))
		fail("request", errno, "no memory");
	for (;;) {
		int byte = getc_unlocked(stdin);
		if (byte == EOF) {
			if (length > 0 || ferror(stdin))
				fail("request", 0, "the request ends in the middle");
			return NULL;
		}
		if (length == TEXT_MAX)
			fail("request", 0, "a text of the request is too long");
		texts[slot][length++] = (char)byte;
		if (byte == '\0')
			return texts[slot];
	}
}

static char *need_text(int slot)
{
	char *text = next_text(slot);

	if (!text)
		fail("request", 0, "the request ends in the middle");
	return text;
}

static uint64_t need_number(uint64_t max)
{
	const char *text = need_text(3);
	uint64_t number;

	if (!parse_number(text, max, &number))
		fail("request", 0, "not a number up to %llu: %.40s", (unsigned long long)max, text);
	return number;
}

static struct attributes need_attributes(void)
{
	struct attributes attributes;

	attributes.mode = (uint32_t)need_number(MODE_MAX);
	attributes.uid = (uint32_t)need_number(ID_MAX);
	attributes.gid = (uint32_t)need_number(ID_MAX);
	return attributes;
}

static void set_time(struct place *root, int parent, const char *name, uint64_t seconds)
{
	struct timespec times[2] = {{.tv_sec = (time_t)seconds}, {.tv_sec = (time_t)seconds}};

	if (utimensat(parent, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		fail_at(root, errno, "date", name);
}

/* Owner first: changing it clears set-user-ID bits. `name` must not be a symbolic link. */
static void set_attributes(struct place *root, int parent, const char *name, const struct attributes *attributes)
{
	struct stat status;

	if (fchownat(parent, name, attributes->uid, attributes->gid, AT_SYMLINK_NOFOLLOW) < 0)
		fail_at(root, errno, "own", name);
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(status.st_mode))
		fail_at(root, errno, "set the mode of", name);
	if ((status.st_mode & MODE_MAX) != attributes->mode && fchmodat(parent, name, attributes->mode, 0) < 0)
		fail_at(root, errno, "set the mode of", name);
}

static void make_directory(struct place *root)
{
	char *path = need_text(0);
	struct attributes attributes = need_attributes();
	const char *name;
	int parent = place_parent(root, path, &name);
	struct stat status;

	if (mkdirat(parent, name, 0700) < 0) {
		int error = errno;
		if (error != EEXIST || fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(status.st_mode))
			fail_at(root, error, "make the directory", path);
	}
	set_attributes(root, parent, name, &attributes);
}

static int create(struct place *root, int parent, const char *name, const struct attributes *attributes)
{
	int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		fail_at(root, errno, "create", name);
	if (fchown(fd, attributes->uid, attributes->gid) < 0)
		fail_at(root, errno, "own", name);
	return fd;
}

static void finish(struct place *root, int fd, const char *name, const struct attributes *attributes, uint64_t seconds)
{
	struct timespec times[2] = {{.tv_sec = (time_t)seconds}, {.tv_sec = (time_t)seconds}};

	/* After the last write, which clears set-user-ID bits. */
	if (fchmod(fd, attributes->mode) < 0 || futimens(fd, times) < 0 || close(fd) < 0)
		fail_at(root, errno, "finish", name);
}

static void write_all(struct place *root, int fd, const char *name, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = write(fd, bytes, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			fail_at(root, done < 0 ? errno : EIO, "write", name);
		bytes += done;
		length -= (size_t)done;
	}
}

static void make_file(struct place *root)
{
	static char buffer[1 << 18];
	char *path = need_text(0);
	struct attributes attributes = need_attributes();
	uint64_t seconds = need_number(INT64_MAX);
	uint64_t left = need_number(INT64_MAX);
	const char *name;
	int parent = place_parent(root, path, &name);
	int fd = create(root, parent, name, &attributes);

	while (left > 0) {
		size_t part = left < sizeof buffer ? (size_t)left : sizeof buffer;
		if (fread(buffer, 1, part, stdin) != part)
			fail("request", 0, "the request ends in the middle of %s", path);
		write_all(root, fd, name, buffer, part);
		left -= part;
	}
	finish(root, fd, name, &attributes, seconds);
}

static void make_symlink(struct place *root)
{
	char *path = need_text(0);
	const char *target = need_text(1);
	uint32_t uid = (uint32_t)need_number(ID_MAX);
	uint32_t gid = (uint32_t)need_number(ID_MAX);
	uint64_t seconds = need_number(INT64_MAX);
	const char *name;
	int parent = place_parent(root, path, &name);

	if (symlinkat(target, parent, name) < 0)
		fail_at(root, errno, "create the link", path);
	if (fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		fail_at(root, errno, "own", path);
	set_time(root, parent, name, seconds);
}

/* Notes an overlay left on a file of its upper directory mean nothing, or something else, anywhere else. */
static void strip_overlay_notes(struct place *root, int parent, const char *name)
{
	static const char prefix[] = "user.overlay.";
	char names[TEXT_MAX], self[64];
	ssize_t length;
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		fail_at(root, errno, "open", name);
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	length = listxattr(self, names, sizeof names);
	if (length < 0 && errno != ENOTSUP)
		fail_at(root, errno, "list the attributes of", name);
	for (const char *at = names; at < names + (length > 0 ? length : 0); at += strlen(at) + 1)
		if (strncmp(at, prefix, sizeof prefix - 1) == 0 && removexattr(self, at) < 0)
			fail_at(root, errno, "clear the attributes of", name);
	close(fd);
}

static void link_or_move(struct place *root, struct place *source, bool move)
{
	char *from = need_text(0);
	char *path = need_text(1);
	const char *from_name, *name;
	int from_parent = place_parent(source, from, &from_name);
	int parent = place_parent(root, path, &name);

	if (move) {
		if (renameat(from_parent, from_name, parent, name) < 0)
			fail_at(root, errno, "move to", path);
		strip_overlay_notes(root, parent, name);
	} else if (linkat(from_parent, from_name, parent, name, 0) < 0) {
		fail_at(root, errno, "link", path);
	}
}

/* A second name inside the tree. A second place, so that one remembered parent does not drive out the other. */
static void alias(struct place *root, const char *directory)
{
	struct place again = place_open("tree", directory);

	link_or_move(root, &again, false);
	place_close(&again);
}

static void copy_file(struct place *root, struct place *source)
{
	static char buffer[1 << 18];
	char *from = need_text(0);
	char *path = need_text(1);
	struct attributes attributes = need_attributes();
	uint64_t seconds = need_number(INT64_MAX);
	const char *from_name, *name;
	int from_parent = place_parent(source, from, &from_name);
	int in = openat(from_parent, from_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int parent = place_parent(root, path, &name);
	int out = create(root, parent, name, &attributes);

	if (in < 0)
		fail_at(source, errno, "read", from);
	for (;;) {
		ssize_t got = read(in, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail_at(source, errno, "read", from);
		if (got == 0)
			break;
		write_all(root, out, name, buffer, (size_t)got);
	}
	close(in);
	finish(root, out, name, &attributes, seconds);
}

static void change_attributes(struct place *root)
{
	char *path = need_text(0);
	struct attributes attributes = need_attributes();
	const char *name;
	int parent = place_parent(root, path, &name);

	set_attributes(root, parent, name, &attributes);
}

static void change_time(struct place *root)
{
	char *path = need_text(0);
	uint64_t seconds = need_number(INT64_MAX);
	const char *name;
	int parent = place_parent(root, path, &name);

	set_time(root, parent, name, seconds);
}

static void remove_below(struct place *root, int parent, const char *name, int depth)
{
	struct stat status;
	struct dirent *entry;
	DIR *directory;
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return;
	if (errno != EISDIR && errno != EPERM)
		fail_at(root, errno, "remove", name);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0 || depth > REMOVE_DEPTH_MAX || !(directory = fdopendir(fd)))
		fail_at(root, errno, "remove", name);
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_below(root, fd, entry->d_name, depth + 1);
	closedir(directory);
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0)
		fail_at(root, errno, "remove", name);
}

static void remove_path(struct place *root)
{
	char *path = need_text(0);
	const char *name;
	int parent = place_parent(root, path, &name);

	remove_below(root, parent, name, 0);
	/* The parent used last may be what was just removed. */
	if (root->parent && root->parent_fd != root->fd) {
		close(root->parent_fd);
		free(root->parent);
		root->parent = NULL;
		root->parent_fd = -1;
	}
}

void write_tree(const char *directory)
{
	struct place root = place_open("tree", directory);
	struct place source = {.label = "source", .fd = -1, .parent_fd = -1};
	const char *request;

	umask(0);
	while ((request = next_text(0))) {
		if (strcmp(request, "source") == 0) {
			if (source.fd >= 0)
				place_close(&source);
			source = place_open("source", need_text(0));
			continue;
		}
		if (strcmp(request, "directory") == 0)
			make_directory(&root);
		else if (strcmp(request, "file") == 0)
			make_file(&root);
		else if (strcmp(request, "symlink") == 0)
			make_symlink(&root);
		else if (strcmp(request, "attributes") == 0)
			change_attributes(&root);
		else if (strcmp(request, "time") == 0)
			change_time(&root);
		else if (strcmp(request, "remove") == 0)
			remove_path(&root);
		else if (strcmp(request, "alias") == 0)
			alias(&root, directory);
		else if (source.fd < 0)
			fail("request", 0, "unknown request, or no source yet: %.40s", request);
		else if (strcmp(request, "link") == 0)
			link_or_move(&root, &source, false);
		else if (strcmp(request, "move") == 0)
			link_or_move(&root, &source, true);
		else if (strcmp(request, "copy") == 0)
			copy_file(&root, &source);
		else
			fail("request", 0, "unknown request: %.40s", request);
	}
	if (source.fd >= 0)
		place_close(&source);
	place_close(&root);
}
