#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "handlers.h"

/* How large a file system is and how much is free. Its type and the length of names stay real. */

static void make_constant(struct statfs *shown)
{
	uint64_t size = (1ull << 40) / config.block_size, files = 1 << 26; /* 1 TiB */
	if (config.sources[SOURCE_STATFS].mode == MODE_VARY) {
		size += varied(SOURCE_STATFS, "size", 0) % size;
		files += varied(SOURCE_STATFS, "files", 0) % files;
	}
	shown->f_bsize = shown->f_frsize = (long)config.block_size;
	shown->f_blocks = size;
	shown->f_bfree = shown->f_bavail = size / 2;
	shown->f_files = files;
	shown->f_ffree = files / 2;
	memset(&shown->f_fsid, 0, sizeof shown->f_fsid);
	memset(shown->f_spare, 0, sizeof shown->f_spare);
}

static void answer(struct call *call, const struct place *place, uint64_t address)
{
	struct statfs shown;
	int fd = openat(place->directory, place->path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &shown) != 0) {
		call->error = errno;
	} else {
		make_constant(&shown);
		image_count(call->image, SOURCE_STATFS);
		call->error = target_write(call, address, &shown, sizeof shown) ? 0 : EFAULT;
	}
	if (fd >= 0)
		close(fd);
}

void handle_statfs(struct call *call)
{
	char path[PATH_MAX];
	struct place place;
	call->error = target_path(call, argument(call, 0), path);
	if (!call->error && !become_caller(call))
		call->error = EPERM;
	if (!call->error && !(call->error = place_find(call, AT_FDCWD, path, 0, &place))) {
		answer(call, &place, argument(call, 1));
		place_close(&place);
	}
}

void handle_fstatfs(struct call *call)
{
	struct place place;
	if (int_argument(call, 0) < 0) {
		call->error = EBADF;
		return;
	}
	place_descriptor(call, int_argument(call, 0), &place);
	answer(call, &place, argument(call, 1));
	if (call->error == ENOENT)
		call->error = EBADF;
}
