#include "tree/attributes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/fail.h"

enum { DEPTH_MAX = 1000, PATH_BYTES = 1 << 15, NAMES_BYTES = 1 << 16, VALUE_BYTES = 1 << 16 };

static void put(const char *text)
{
	fwrite(text, 1, strlen(text) + 1, stdout);
}

/* Path, then names and values, then an empty name. `self` leads to the file however it is reached. */
static void put_entry(const char *self, const char *path)
{
	static char names[NAMES_BYTES];
	static unsigned char value[VALUE_BYTES];
	ssize_t length = listxattr(self, names, sizeof names);

	if (length == 0 || (length < 0 && errno == ENOTSUP))
		return;
	put(path);
	if (length < 0) {
		put("!");
		put(strerror(errno));
		length = 0;
	}
	for (const char *at = names; at < names + length; at += strlen(at) + 1) {
		ssize_t size = getxattr(self, at, value, sizeof value);
		/* Taken away since. */
		if (size < 0 && errno == ENODATA)
			continue;
		put(at);
		if (size < 0)
			printf("!%s", strerror(errno));
		for (ssize_t i = 0; i < size; i++)
			printf("%02x", value[i]);
		putchar('\0');
	}
	put("");
}

static void list_below(int fd, char *path, int depth);

static void list_entry(int parent, const char *name, char *path, int depth)
{
	char self[64];
	struct stat status;
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	/* What cannot be opened like this is gone, or is said by who reads the tree. */
	if (fd < 0)
		return;
	if (fstat(fd, &status) < 0 || S_ISLNK(status.st_mode)) {
		close(fd);
		return;
	}
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	put_entry(self, path);
	if (S_ISDIR(status.st_mode)) {
		int inner = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (inner >= 0)
			list_below(inner, path, depth + 1);
	}
	close(fd);
}

static void list_below(int fd, char *path, int depth)
{
	size_t length = strlen(path);
	struct dirent *entry;
	DIR *directory = fdopendir(fd);

	if (!directory)
		fail("tree", errno, "cannot list %s", path);
	while ((errno = 0, entry = readdir(directory))) {
		size_t name_length = strlen(entry->d_name);
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (length + name_length + 2 > PATH_BYTES || depth > DEPTH_MAX)
			fail("tree", ENAMETOOLONG, "cannot look below %.200s", path);
		if (length > 0)
			path[length] = '/';
		memcpy(path + length + (length > 0), entry->d_name, name_length + 1);
		list_entry(fd, entry->d_name, path, depth);
		path[length] = '\0';
	}
	if (errno)
		fail("tree", errno, "cannot list %s", path);
	closedir(directory);
}

void list_attributes(const char *directory)
{
	static char path[PATH_BYTES];
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail("tree", errno, "cannot open %s", directory);
	list_below(fd, path, 0);
	if (fflush(stdout) != 0)
		fail("tree", errno, "cannot print what was found");
}
