#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fail.h"
#include "ns/room.h"

/* Deeper than any path a person can name (PATH_MAX / 2); a deeper tree is an attack. */
enum { DEPTH_MAX = 2048 };

static void own_entries(int fd, uint32_t uid, uint32_t gid, int depth)
{
	DIR *directory;
	struct dirent *entry;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy < 0 || !(directory = fdopendir(copy)))
		fail("own", errno, "cannot read a writable directory");
	if (depth > DEPTH_MAX)
		fail("own", 0, "a writable directory is nested more than %d deep", DEPTH_MAX);
	while ((errno = 0, entry = readdir(directory))) {
		struct stat status;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(copy, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			fail("own", errno, "cannot look at %s", entry->d_name);
		if ((status.st_uid != uid || status.st_gid != gid) &&
		    fchownat(copy, entry->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			fail("own", errno, "cannot give %s to the sandbox's user", entry->d_name);
		if (S_ISDIR(status.st_mode)) {
			int child = openat(copy, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (child < 0)
				fail("own", errno, "cannot open %s", entry->d_name);
			own_entries(child, uid, gid, depth + 1);
			close(child);
		}
	}
	if (errno)
		fail("own", errno, "cannot read a writable directory");
	closedir(directory);
}

void own_tree(int fd, uint32_t uid, uint32_t gid)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		fail("own", errno, "cannot look at a writable directory");
	if ((status.st_uid != uid || status.st_gid != gid) && fchown(fd, uid, gid) < 0)
		fail("own", errno, "cannot give a writable directory to the sandbox's user");
	if (S_ISDIR(status.st_mode))
		own_entries(fd, uid, gid, 0);
}
