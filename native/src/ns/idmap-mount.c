#include "ns/idmap-mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From <linux/mount.h>, which older C libraries cannot include beside <sys/mount.h>. */
#define OPEN_TREE_CLONE_FLAG 1u
#define MOVE_MOUNT_F_EMPTY_PATH_FLAG 4u
#define MOUNT_ATTR_IDMAP_FLAG 0x00100000ull

struct mount_attributes {
	unsigned long long set, clear, propagation, userns_fd;
};

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return written;
}

/* A user namespace with the mapping, held by nothing but the descriptor; -1 if it cannot be had. */
static int mapping_namespace(const struct identity *identity)
{
	char path[64], text[64];
	int gate[2], made[2], fd = -1, status;
	char byte = 0;
	pid_t child;

	if (pipe2(gate, O_CLOEXEC) < 0 || pipe2(made, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(gate[1]);
		if (unshare(CLONE_NEWUSER) == 0 && write(made[1], &byte, 1) == 1)
			(void)!read(gate[0], &byte, 1);
		_exit(0);
	}
	close(gate[0]);
	close(made[1]);
	if (read(made[0], &byte, 1) == 1) {
		bool mapped;
		snprintf(path, sizeof path, "/proc/%d/uid_map", child);
		snprintf(text, sizeof text, "0 %u %d\n", identity->uid_base, ID_COUNT);
		mapped = write_text(path, text);
		snprintf(path, sizeof path, "/proc/%d/gid_map", child);
		snprintf(text, sizeof text, "0 %u %d\n", identity->gid_base, ID_COUNT);
		mapped = mapped && write_text(path, text);
		snprintf(path, sizeof path, "/proc/%d/ns/user", child);
		if (mapped)
			fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	close(gate[1]);
	close(made[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return fd;
}

bool bind_with_ids(int fd, const char *target, const struct identity *identity)
{
	static int namespace_fd = -2;
	struct mount_attributes attributes = {.set = MOUNT_ATTR_IDMAP_FLAG};
	bool placed = false;
	int tree;

	if (namespace_fd == -2)
		namespace_fd = mapping_namespace(identity);
	if (namespace_fd < 0)
		return false;
	tree = (int)syscall(SYS_open_tree, fd, "", OPEN_TREE_CLONE_FLAG | AT_EMPTY_PATH | O_CLOEXEC);
	if (tree < 0)
		return false;
	attributes.userns_fd = (unsigned long long)namespace_fd;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0)
		placed = syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH_FLAG) == 0;
	close(tree);
	return placed;
}
