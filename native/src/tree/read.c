#include "tree/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fail.h"
#include "tree/place.h"

static void print_file(struct place *root, char *path)
{
	static char buffer[1 << 18];
	const char *name;
	int parent = place_parent(root, path, &name);
	int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		fail_at(root, errno, "read", path);
	if (!S_ISREG(status.st_mode))
		fail_at(root, EINVAL, "read", path);
	for (;;) {
		ssize_t got = read(fd, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail_at(root, errno, "read", path);
		if (got == 0)
			break;
		if (fwrite(buffer, 1, (size_t)got, stdout) != (size_t)got)
			fail("tree", errno, "cannot print %s", path);
	}
	close(fd);
}

void read_tree(const char *directory)
{
	struct place root = place_open("tree", directory);
	char *path = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getdelim(&path, &room, '\0', stdin)) > 0) {
		if (path[length - 1] != '\0')
			fail("request", 0, "the request ends in the middle");
		print_file(&root, path);
	}
	free(path);
	place_close(&root);
	if (fflush(stdout) != 0)
		fail("tree", errno, "cannot print");
}
