#include "tree/walk.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "common/fail.h"

enum { DEPTH_MAX = 1000 };

void walk_directory(int fd, char *path, int depth, visit_entry *visit)
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
		visit(fd, entry->d_name, path, depth);
		path[length] = '\0';
	}
	if (errno)
		fail("tree", errno, "cannot list %s", path);
	closedir(directory);
}
