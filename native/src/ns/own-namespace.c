#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fail.h"
#include "ns/machine.h"

/* The kernel takes at most a page (user_namespaces(7)). */
enum { MAP_MAX = 4096 };

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("id-map", errno, "cannot write %s", path);
	close(fd);
}

/* A map in which each id of ours is itself. */
static void same_map(const char *map_file, char *text)
{
	unsigned long inside, outside, count;
	size_t at = 0;
	FILE *stream = fopen(map_file, "re");

	if (!stream)
		fail("proc", errno, "cannot read %s", map_file);
	text[0] = '\0';
	while (at < MAP_MAX - 40 && fscanf(stream, "%lu %lu %lu", &inside, &outside, &count) == 3)
		at += (size_t)snprintf(text + at, MAP_MAX - at, "%lu %lu %lu\n", inside, inside, count);
	fclose(stream);
}

/* Runs outside the new namespace, where the right to map ids is. */
static _Noreturn void map_all(pid_t target, int ready, const char *uids, const char *gids)
{
	char path[64], byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(ready, &byte, 1) != 1)
		_exit(0); /* The parent has said why. */
	snprintf(path, sizeof path, "/proc/%d/uid_map", target);
	write_file(path, uids);
	snprintf(path, sizeof path, "/proc/%d/gid_map", target);
	write_file(path, gids);
	_exit(0);
}

static void enter_with_all_ids(void)
{
	static char uids[MAP_MAX], gids[MAP_MAX];
	pid_t self = getpid(), helper;
	int ready[2];

	same_map("/proc/self/uid_map", uids);
	same_map("/proc/self/gid_map", gids);
	if (pipe2(ready, O_CLOEXEC) < 0)
		fail("user-namespace", errno, "cannot make a pipe");
	helper = fork();
	if (helper < 0)
		fail("user-namespace", errno, "cannot fork");
	if (helper == 0) {
		close(ready[1]);
		map_all(self, ready[0], uids, gids);
	}
	enter_while_mapped(helper, ready);
}

static void enter_with_own_id(void)
{
	char text[48];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		fail("user-namespace", errno, "cannot make a user namespace");
	/* Who may set groups could get rid of one that denies access; the kernel wants this said first. */
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "0 %u 1\n", uid);
	write_file("/proc/self/uid_map", text);
	snprintf(text, sizeof text, "0 %u 1\n", gid);
	write_file("/proc/self/gid_map", text);
}

void enter_own_namespace(bool privileged)
{
	if (privileged)
		enter_with_all_ids();
	else
		enter_with_own_id();
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		fail("id-map", errno, "cannot become root of the user namespace");
	/* AppArmor's restriction lets the namespace be made and refuses here. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail("namespace-powerless", errno, "root of the user namespace may not mount");
}
