#include "tree/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/fail.h"
#include "tree/walk.h"

enum { NAMES_BYTES = 1 << 16, VALUE_BYTES = 1 << 16 };

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

/* Of a symbolic link, those of itself: the name leads to what the descriptor is of, and no further. */
static void put_descriptor(int fd, const char *path)
{
	char self[64];

	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	put_entry(self, path);
}

static void list_entry(int parent, const char *name, char *path, int depth)
{
	struct stat status;
	int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	/* What cannot be opened like this is gone, or is said by who reads the tree. */
	if (fd < 0)
		return;
	put_descriptor(fd, path);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		int inner = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (inner >= 0)
			walk_directory(inner, path, depth + 1, list_entry);
	}
	close(fd);
}

void list_attributes(const char *directory)
{
	static char path[PATH_BYTES];
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail("tree", errno, "cannot open %s", directory);
	put_descriptor(fd, path);
	walk_directory(fd, path, 0, list_entry);
	if (fflush(stdout) != 0)
		fail("tree", errno, "cannot print what was found");
}
