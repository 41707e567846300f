#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "handlers.h"

/*
 * Who has one id in a user namespace is told EINVAL when a file is to be given to another, because there is no other. On a
 * machine an ordinary user is told EPERM, and programs count on that: fakeroot takes it for success, and on anything else fails.
 */

static bool own(uint64_t asked, int64_t id)
{
	return (uint32_t)asked == UINT32_MAX || (int64_t)(uint32_t)asked == id;
}

static void give(struct call *call, int fd, const uint64_t *path_address, int flags, int ids)
{
	char path[PATH_MAX] = "";
	/* In a namespace of the caller's own there may be others. */
	if (ids_may_differ || (own(argument(call, ids), config.user) && own(argument(call, ids + 1), config.group))) {
		call->go_on = true;
		return;
	}
	if (path_address && (call->error = target_path(call, *path_address, path)))
		return;
	if (file_is_there(call, fd, path, flags))
		call->error = EPERM;
	else if (!path_address && call->error == ENOENT)
		call->error = EBADF;
}

void handle_chown(struct call *call)
{
	uint64_t path = argument(call, 0);
	give(call, AT_FDCWD, &path, 0, 1);
}

void handle_lchown(struct call *call)
{
	uint64_t path = argument(call, 0);
	give(call, AT_FDCWD, &path, AT_SYMLINK_NOFOLLOW, 1);
}

void handle_fchown(struct call *call)
{
	if (int_argument(call, 0) < 0)
		call->error = EBADF;
	else
		give(call, int_argument(call, 0), NULL, AT_EMPTY_PATH, 1);
}

void handle_fchownat(struct call *call)
{
	int flags = int_argument(call, 4);
	uint64_t path = argument(call, 1);
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		call->error = EINVAL;
	else
		give(call, int_argument(call, 0), &path, flags, 2);
}
