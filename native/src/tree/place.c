#include "tree/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fail.h"

void fail_at(const struct place *place, int error, const char *what, const char *path)
{
	fail(error == ENOSPC || error == EDQUOT ? "no-space" : "tree", error, "cannot %s %s in the %s", what, path,
	     place->label);
}

struct place place_open(const char *label, const char *directory)
{
	struct place place = {.label = label, .parent = NULL, .parent_fd = -1};

	place.fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place.fd < 0)
		fail_at(&place, errno, "open", directory);
	return place;
}

void place_close(struct place *place)
{
	if (place->parent_fd >= 0 && place->parent_fd != place->fd)
		close(place->parent_fd);
	close(place->fd);
	free(place->parent);
	place->parent = NULL;
	place->parent_fd = -1;
}

static int open_below(int fd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, fd, path, &how, sizeof how);
}

static void check_path(const struct place *place, const char *path)
{
	const char *part = path;

	for (;;) {
		size_t length = strcspn(part, "/");
		if (length == 0 || (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.'))))
			fail("request", 0, "not a path of a %s: %.200s", place->label, path);
		if (part[length] == '\0')
			return;
		part += length + 1;
	}
}

int place_parent(struct place *place, char *path, const char **name)
{
	char *slash;

	check_path(place, path);
	slash = strrchr(path, '/');
	if (!slash) {
		*name = path;
		return place->fd;
	}
	*name = slash + 1;
	*slash = '\0';
	if (!place->parent || strcmp(place->parent, path) != 0) {
		int fd = open_below(place->fd, path);
		if (fd < 0)
			fail_at(place, errno, "reach", path);
		if (place->parent_fd >= 0)
			close(place->parent_fd);
		free(place->parent);
		place->parent_fd = fd;
		place->parent = strdup(path);
		if (!place->parent)
			fail("tree", errno, "no memory");
	}
	*slash = '/';
	return place->parent_fd;
}
