#include "tree/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/fail.h"
#include "tree/sha256.h"
#include "tree/walk.h"

enum { NAMES_BYTES = 1 << 16, VALUE_BYTES = 1 << 16 };

/* The overlay's own notes (Documentation/filesystems/overlayfs.rst); only `opaque` matters once it is unmounted. */
static const char overlay_prefix[] = "user.overlay.";
static const char opaque_name[] = "user.overlay.opaque";

static void put(const char *text)
{
	fwrite(text, 1, strlen(text) + 1, stdout);
}

static void put_number(unsigned long long number)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", number);
	put(text);
}

static void hash_file(int parent, const char *name, const char *path)
{
	static unsigned char buffer[1 << 18];
	struct sha256 hash;
	char hex[65];
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		fail("tree", errno, "cannot read %s", path);
	sha256_start(&hash);
	for (;;) {
		ssize_t got = read(fd, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail("tree", errno, "cannot read %s", path);
		if (got == 0)
			break;
		sha256_add(&hash, buffer, (size_t)got);
	}
	close(fd);
	sha256_end(&hash, hex);
	put(hex);
}

/* Extended attributes as name and hexadecimal value, ended by an empty name. Links have none that matter. */
static void put_attributes(int parent, const char *name, const char *path)
{
	static char names[NAMES_BYTES];
	static unsigned char value[VALUE_BYTES];
	char self[64];
	ssize_t length;
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		fail("tree", errno, "cannot open %s", path);
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	length = listxattr(self, names, sizeof names);
	if (length < 0 && errno != ENOTSUP)
		fail("tree", errno, "cannot list the attributes of %s", path);
	for (const char *at = names; at < names + (length > 0 ? length : 0); at += strlen(at) + 1) {
		ssize_t size;
		if (strncmp(at, overlay_prefix, sizeof overlay_prefix - 1) == 0)
			continue;
		size = getxattr(self, at, value, sizeof value);
		if (size < 0)
			fail("tree", errno, "cannot read the attribute %s of %s", at, path);
		put(at);
		for (ssize_t i = 0; i < size; i++)
			printf("%02x", value[i]);
		putchar('\0');
	}
	put("");
	close(fd);
}

static bool is_opaque(int parent, const char *name)
{
	char self[64], value[4];
	ssize_t size;
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return false;
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	size = getxattr(self, opaque_name, value, sizeof value);
	close(fd);
	return size == 1 && value[0] == 'y';
}

static void put_facts(const char *type, const char *path, const struct stat *status)
{
	put(type);
	put(path);
	put_number(status->st_mode & 07777);
	put_number(status->st_uid);
	put_number(status->st_gid);
	put_number(status->st_mtim.tv_sec < 0 ? 0 : (unsigned long long)status->st_mtim.tv_sec);
}

static void scan_entry(int parent, const char *name, char *path, int depth)
{
	static char target[1 << 13];
	struct stat status;

	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		fail("tree", errno, "cannot look at %s", path);
	if (S_ISDIR(status.st_mode)) {
		int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			fail("tree", errno, "cannot open %s", path);
		put_facts(is_opaque(parent, name) ? "opaque" : "directory", path, &status);
		put_attributes(parent, name, path);
		walk_directory(fd, path, depth + 1, scan_entry);
	} else if (S_ISREG(status.st_mode)) {
		put_facts("file", path, &status);
		put_number((unsigned long long)status.st_size);
		hash_file(parent, name, path);
		put_attributes(parent, name, path);
	} else if (S_ISLNK(status.st_mode)) {
		ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
		if (length < 0)
			fail("tree", errno, "cannot read the link %s", path);
		target[length] = '\0';
		put_facts("symlink", path, &status);
		put(target);
	} else if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0)) {
		put_facts("whiteout", path, &status);
	} else {
		put_facts("other", path, &status);
	}
}

void scan_tree(const char *directory)
{
	static char path[PATH_BYTES];
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail("tree", errno, "cannot open %s", directory);
	walk_directory(fd, path, 0, scan_entry);
	if (fflush(stdout) != 0)
		fail("tree", errno, "cannot print what was found");
}
