#include "ns/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fail.h"
#include "common/spec.h"

bool largest_range(const char *file, const char *name, uid_t uid, uint32_t *start, uint32_t *count)
{
	char line[512], number[16];
	bool found = false;
	FILE *stream = fopen(file, "re");

	if (!stream)
		return false;
	snprintf(number, sizeof number, "%u", uid);
	while (fgets(line, sizeof line, stream)) {
		uint64_t first, size;
		char *owner = line, *middle, *last;

		line[strcspn(line, "\r\n")] = '\0';
		middle = strchr(line, ':');
		if (!middle)
			continue;
		*middle++ = '\0';
		last = strchr(middle, ':');
		if (!last)
			continue;
		*last++ = '\0';
		if (strcmp(owner, number) != 0 && (!name || strcmp(owner, name) != 0))
			continue;
		if (!parse_number(middle, UINT32_MAX, &first) || !parse_number(last, UINT32_MAX - first, &size))
			continue;
		if (found && size <= *count)
			continue;
		*start = (uint32_t)first;
		*count = (uint32_t)size;
		found = true;
	}
	fclose(stream);
	return found;
}

bool range_is_mapped(const char *map_file, uint32_t first, uint32_t count)
{
	unsigned long inside, outside, size;
	bool found = false;
	FILE *stream = fopen(map_file, "re");

	if (!stream)
		return false;
	while (!found && fscanf(stream, "%lu %lu %lu", &inside, &outside, &size) == 3)
		found = first >= inside && (unsigned long)first + count <= inside + size;
	fclose(stream);
	return found;
}

/* CAP_SETUID and CAP_SETGID in our own namespace let us write any map; asking the kernel is exact. */
static bool may_map(void)
{
	enum { CAP_SETGID_BIT = 6, CAP_SETUID_BIT = 7, CAP_SYS_ADMIN_BIT = 21 };
	const unsigned long long wanted = 1ull << CAP_SETGID_BIT | 1ull << CAP_SETUID_BIT | 1ull << CAP_SYS_ADMIN_BIT;
	unsigned long long effective = 0;
	char line[256];
	FILE *stream = fopen("/proc/self/status", "re");

	if (!stream)
		fail("proc", errno, "cannot read /proc/self/status");
	while (fgets(line, sizeof line, stream))
		if (strncmp(line, "CapEff:", 7) == 0)
			effective = strtoull(line + 7, NULL, 16);
	fclose(stream);
	return geteuid() == 0 && (effective & wanted) == wanted;
}

struct identity find_identity(uint32_t base)
{
	struct identity identity = {.privileged = may_map(), .own_uid = getuid(), .own_gid = getgid()};
	struct passwd *account;
	const char *name;
	uint32_t count;

	if (identity.privileged) {
		uint32_t wanted = base ? base : DEFAULT_BASE;
		identity.uid_base = identity.gid_base = wanted;
		if (range_is_mapped("/proc/self/uid_map", wanted, ID_COUNT) && range_is_mapped("/proc/self/gid_map", wanted, ID_COUNT))
			return identity;
		if (base)
			fail("id-range", 0, "ids %u to %u do not exist in this container", wanted, wanted + ID_COUNT - 1);
	}
	account = getpwuid(identity.own_uid);
	name = account ? account->pw_name : NULL;
	if (identity.privileged) {
		/* Root of a container that has few ids: what it was given in /etc/subuid, if anything. */
		if (largest_range("/etc/subuid", name, identity.own_uid, &identity.uid_base, &count) && count >= ID_COUNT &&
		    largest_range("/etc/subgid", name, identity.own_uid, &identity.gid_base, &count) && count >= ID_COUNT &&
		    range_is_mapped("/proc/self/uid_map", identity.uid_base, ID_COUNT) &&
		    range_is_mapped("/proc/self/gid_map", identity.gid_base, ID_COUNT))
			return identity;
		fail("id-range", 0, "this container has no 65536 spare ids for its root");
	}
	if (!largest_range("/etc/subuid", name, identity.own_uid, &identity.uid_base, &count) || count < ID_COUNT - 1)
		fail("id-range", 0, "%s has no range of 65535 ids in /etc/subuid", name ? name : "this user");
	if (!largest_range("/etc/subgid", name, identity.own_uid, &identity.gid_base, &count) || count < ID_COUNT - 1)
		fail("id-range", 0, "%s has no range of 65535 ids in /etc/subgid", name ? name : "this user");
	return identity;
}

static void write_map(pid_t target, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", target, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		fail("id-map", errno, "cannot open %s", file);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("id-map", errno, "cannot write %s", file);
	close(fd);
}

static void run_mapper(const char *tool, pid_t target, uint32_t own, uint32_t base)
{
	char pid[16], own_text[16], base_text[16];
	int status;
	pid_t child;

	snprintf(pid, sizeof pid, "%d", target);
	snprintf(own_text, sizeof own_text, "%u", own);
	snprintf(base_text, sizeof base_text, "%u", base);
	child = vfork();
	if (child < 0)
		fail("id-map", errno, "cannot start %s", tool);
	if (child == 0) {
		execlp(tool, tool, pid, "0", own_text, "1", "1", base_text, "65535", (char *)NULL);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			fail("id-map", errno, "lost %s", tool);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		fail("mapper-missing", 0, "%s is not installed", tool);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail("id-map", 0, "%s refused the range %u to %u", tool, base, base + ID_COUNT - 2);
}

/* Runs outside the new namespace, where the right to map ids is. */
static void write_maps(const struct identity *identity, pid_t target, bool with_host_root)
{
	char text[96];
	const char *extra = with_host_root ? "65536 0 1\n" : "";

	if (!identity->privileged) {
		run_mapper("newuidmap", target, identity->own_uid, identity->uid_base);
		run_mapper("newgidmap", target, identity->own_gid, identity->gid_base);
		return;
	}
	snprintf(text, sizeof text, "0 %u %d\n%s", identity->uid_base, ID_COUNT, extra);
	write_map(target, "uid_map", text);
	snprintf(text, sizeof text, "0 %u %d\n%s", identity->gid_base, ID_COUNT, extra);
	write_map(target, "gid_map", text);
}

void enter_while_mapped(pid_t helper, const int ready[2])
{
	int status;

	close(ready[0]);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		fail("user-namespace", errno, "cannot make a user namespace");
	if (write(ready[1], "", 1) != 1)
		fail("user-namespace", errno, "lost the helper");
	close(ready[1]);
	while (waitpid(helper, &status, 0) < 0)
		if (errno != EINTR)
			fail("user-namespace", errno, "lost the helper");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		_exit(EXIT_OWN_FAILURE); /* The helper has said why. */
}

void enter_namespace(const struct identity *identity, bool with_host_root)
{
	pid_t self = getpid(), helper;
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0)
		fail("user-namespace", errno, "cannot make a pipe");
	helper = fork();
	if (helper < 0)
		fail("user-namespace", errno, "cannot fork");
	if (helper == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			_exit(0); /* The parent has said why. */
		write_maps(identity, self, with_host_root);
		_exit(0);
	}
	enter_while_mapped(helper, ready);
	if (setresgid(0, 0, 0) < 0 || setgroups(0, NULL) < 0 || setresuid(0, 0, 0) < 0)
		fail("id-map", errno, "cannot become root of the user namespace");
	/* AppArmor's restriction lets the namespace be made and refuses here. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail("namespace-powerless", errno, "root of the user namespace may not mount");
}
