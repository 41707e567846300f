#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "handlers.h"

/*
 * The calls that describe a file. The kernel is asked in the caller's place and what it says is made the
 * same for every run: times, numbers, devices, and whatever depends on the file system's own storage.
 */

enum { DIRECTORY_SIZE = 4096, DEVICE_MAJOR = 8, DEVICE_MINOR = 1 };

static struct statx_timestamp stamp(struct timespec time)
{
	return (struct statx_timestamp){.tv_sec = time.tv_sec, .tv_nsec = (uint32_t)time.tv_nsec};
}

static void make_constant(struct call *call, struct statx *file, const struct place *where)
{
	device_shown(file);
	bool directory = S_ISDIR(file->stx_mode);
	if (determined(SOURCE_INODES)) {
		uint64_t number = inode_shown(call, file, where);
		image_count(call->image, SOURCE_INODES);
		if (determined(SOURCE_FILE_TIMES) && !directory && !inode_has_time(file))
			file->stx_mtime = stamp(file_time_shown(file, call->image));
		file->stx_ino = number;
		file->stx_dev_major = DEVICE_MAJOR;
		file->stx_dev_minor = DEVICE_MINOR;
		file->stx_blksize = (uint32_t)config.block_size;
		if (directory) {
			file->stx_nlink = 1; /* "unknown": 2 would say that there are no directories inside */
			file->stx_size = DIRECTORY_SIZE;
		}
		if (directory || S_ISREG(file->stx_mode))
			file->stx_blocks = (file->stx_size + config.block_size - 1) / config.block_size * (config.block_size / 512);
		else
			file->stx_blocks = 0;
	} else if (determined(SOURCE_FILE_TIMES) && !directory && !inode_has_time(file)) {
		file->stx_mtime = stamp(file_time_shown(file, call->image));
	}
	if (determined(SOURCE_FILE_TIMES)) {
		image_count(call->image, SOURCE_FILE_TIMES);
		file->stx_atime = file->stx_ctime = file->stx_btime = stamp(file_time_constant());
		if (directory)
			file->stx_mtime = stamp(file_time_constant());
	}
}

static bool look_once(struct call *call, int fd, const char *path, int flags, struct statx *file)
{
	struct place place;
	if (!become_caller(call)) {
		call->error = EPERM;
		return false;
	}
	call->error = place_find(call, fd, path, flags, &place);
	if (call->error)
		return false;
	/* A descriptor is reached through a link in /proc: that link is always followed. */
	int own = *path ? flags & (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) : 0;
	unsigned mask = STATX_BASIC_STATS | STATX_BTIME;
	int result = statx(place.directory, place.path, own, mask, file);
	int error = result ? errno : 0;
	if (error == ENOENT && !(flags & AT_SYMLINK_NOFOLLOW) && *path && place_retry(call, fd, path, flags, &place))
		error = statx(place.directory, place.path, own, mask, file) ? errno : 0;
	if (!error && !(flags & AT_SYMLINK_NOFOLLOW) && *path && self_mistaken(file) && place_retry(call, fd, path, flags, &place))
		error = statx(place.directory, place.path, own, mask, file) ? errno : 0;
	if (error == ENOENT && fd != AT_FDCWD && *path != '/') {
		/* Was it the descriptor that does not exist? */
		struct statx descriptor;
		struct place link;
		place_descriptor(call, fd, &link);
		if (fd < 0 || statx(link.directory, link.path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &descriptor) != 0)
			error = EBADF;
	}
	call->error = error;
	if (!error)
		make_constant(call, file, &place);
	place_close(&place);
	return !error;
}

static bool look(struct call *call, int fd, const char *path, int flags, struct statx *file)
{
	call->glances = true;
	bool found = look_once(call, fd, path, flags, file);
	if (!found && call_was_mistaken(call))
		found = look_once(call, fd, path, flags, file);
	call->glances = false;
	return found;
}

bool file_is_there(struct call *call, int fd, const char *path, int flags)
{
	struct statx file;
	return look(call, fd, path, flags, &file);
}

static void answer_stat(struct call *call, const struct statx *file, uint64_t address)
{
	struct stat out = {
		.st_dev = makedev(file->stx_dev_major, file->stx_dev_minor),
		.st_ino = file->stx_ino,
		.st_nlink = file->stx_nlink,
		.st_mode = file->stx_mode,
		.st_uid = file->stx_uid,
		.st_gid = file->stx_gid,
		.st_rdev = makedev(file->stx_rdev_major, file->stx_rdev_minor),
		.st_size = (off_t)file->stx_size,
		.st_blksize = (blksize_t)file->stx_blksize,
		.st_blocks = (blkcnt_t)file->stx_blocks,
		.st_atim = {file->stx_atime.tv_sec, file->stx_atime.tv_nsec},
		.st_mtim = {file->stx_mtime.tv_sec, file->stx_mtime.tv_nsec},
		.st_ctim = {file->stx_ctime.tv_sec, file->stx_ctime.tv_nsec},
	};
	if (!target_write(call, address, &out, sizeof out))
		call->error = EFAULT;
}

static void stat_path(struct call *call, int fd, uint64_t path_address, uint64_t out, int flags)
{
	char path[PATH_MAX];
	struct statx file;
	if (!path_address && (flags & AT_EMPTY_PATH))
		path[0] = 0; /* since Linux 6.11 */
	else if ((call->error = target_path(call, path_address, path)))
		return;
	if (look(call, fd, path, flags, &file))
		answer_stat(call, &file, out);
}

void handle_stat(struct call *call)
{
	stat_path(call, AT_FDCWD, argument(call, 0), argument(call, 1), 0);
}

void handle_lstat(struct call *call)
{
	stat_path(call, AT_FDCWD, argument(call, 0), argument(call, 1), AT_SYMLINK_NOFOLLOW);
}

void handle_fstat(struct call *call)
{
	struct statx file;
	if (int_argument(call, 0) < 0)
		call->error = EBADF;
	else if (look(call, int_argument(call, 0), "", AT_EMPTY_PATH, &file))
		answer_stat(call, &file, argument(call, 1));
	else if (call->error == ENOENT)
		call->error = EBADF;
}

static bool bad_empty(struct call *call, int fd, int flags)
{
	if (call->error == ENOENT && (flags & AT_EMPTY_PATH) && fd != AT_FDCWD) {
		struct statx descriptor;
		struct place link;
		place_descriptor(call, fd, &link);
		return fd < 0 || statx(link.directory, link.path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &descriptor) != 0;
	}
	return false;
}

void handle_newfstatat(struct call *call)
{
	int flags = int_argument(call, 3), fd = int_argument(call, 0);
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) {
		call->error = EINVAL;
		return;
	}
	stat_path(call, fd, argument(call, 1), argument(call, 2), flags);
	if (bad_empty(call, fd, flags))
		call->error = EBADF;
}

void handle_statx(struct call *call)
{
	char path[PATH_MAX];
	struct statx file, out;
	int fd = int_argument(call, 0), flags = int_argument(call, 2);
	unsigned mask = (unsigned)argument(call, 3);
	if ((mask & STATX__RESERVED) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
		(flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))) {
		call->error = EINVAL;
		return;
	}
	if (!argument(call, 1) && (flags & AT_EMPTY_PATH))
		path[0] = 0;
	else if ((call->error = target_path(call, argument(call, 1), path)))
		return;
	if (!look(call, fd, path, flags, &file)) {
		if (bad_empty(call, fd, flags))
			call->error = EBADF;
		return;
	}
	memset(&out, 0, sizeof out);
	out.stx_mask = file.stx_mask & (STATX_BASIC_STATS | STATX_BTIME);
	out.stx_blksize = file.stx_blksize;
	out.stx_nlink = file.stx_nlink;
	out.stx_uid = file.stx_uid;
	out.stx_gid = file.stx_gid;
	out.stx_mode = file.stx_mode;
	out.stx_ino = file.stx_ino;
	out.stx_size = file.stx_size;
	out.stx_blocks = file.stx_blocks;
	out.stx_atime = file.stx_atime;
	out.stx_btime = file.stx_btime;
	out.stx_ctime = file.stx_ctime;
	out.stx_mtime = file.stx_mtime;
	out.stx_rdev_major = file.stx_rdev_major;
	out.stx_rdev_minor = file.stx_rdev_minor;
	out.stx_dev_major = file.stx_dev_major;
	out.stx_dev_minor = file.stx_dev_minor;
	if (!target_write(call, argument(call, 4), &out, sizeof out))
		call->error = EFAULT;
}
