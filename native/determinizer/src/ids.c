#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "log.h"

/*
 * Whether a caller may look into a directory depends on its ids and rights. A thread of the supervisor
 * takes those on before it follows the caller's path. As long as nobody in the tree has changed them, they are the
 * ones every thread took on when it started.
 */

_Atomic bool ids_may_differ;

/* The rights that decide over files. */
static const uint64_t file_rights =
	1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH | 1ull << CAP_FOWNER | 1ull << CAP_CHOWN | 1ull << CAP_FSETID;

enum { GROUPS_MAX = 256 };

static _Thread_local bool changed;

/* The ids that every caller has as long as nobody has changed them. */
static struct {
	unsigned user, group;
	gid_t groups[GROUPS_MAX];
	int count;
	bool same; /* real, effective and saved ones are the same */
} usual;

void ids_start(void)
{
	uid_t users[3];
	gid_t groups[3];
	usual.user = config.user >= 0 ? (unsigned)config.user : geteuid();
	usual.group = config.group >= 0 ? (unsigned)config.group : getegid();
	usual.count = config.user >= 0 ? 0 : getgroups(GROUPS_MAX, usual.groups);
	if (usual.count < 0)
		usual.count = 0;
	usual.same = getresuid(users, users + 1, users + 2) == 0 && getresgid(groups, groups + 1, groups + 2) == 0 &&
		(config.user >= 0 || (users[0] == usual.user && users[2] == usual.user)) &&
		(config.group >= 0 || (groups[0] == usual.group && groups[2] == usual.group));
}

bool ids_stay(const struct call *call)
{
	static const struct {
		int number, arguments;
		bool groups;
	} changes[] = {{SYS_setuid, 1, false}, {SYS_setfsuid, 1, false}, {SYS_setreuid, 2, false}, {SYS_setresuid, 3, false}, {SYS_setgid, 1, true},
		{SYS_setfsgid, 1, true}, {SYS_setregid, 2, true}, {SYS_setresgid, 3, true}};
	if (ids_may_differ || !usual.same)
		return false;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		if (changes[i].number != call->request->data.nr)
			continue;
		bool stay = true;
		for (int j = 0; j < changes[i].arguments; j++) {
			uint32_t asked = (uint32_t)argument(call, j);
			stay = stay && (asked == UINT32_MAX || asked == (changes[i].groups ? usual.group : usual.user));
		}
		return stay;
	}
	return false;
}

static void set_file_rights(uint64_t wanted)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) != 0)
		return;
	for (int i = 0; i < 2; i++) {
		uint32_t mask = (uint32_t)(file_rights >> (32 * i)), want = (uint32_t)(wanted >> (32 * i));
		data[i].effective = (data[i].effective & ~mask) | (data[i].permitted & mask & want);
	}
	syscall(SYS_capset, &header, data);
}

static void take_on(unsigned user, unsigned group, const gid_t *groups, size_t count, uint64_t rights)
{
	/* The raw call changes this thread alone; the C library's would change all. */
	syscall(SYS_setgroups, count, groups);
	setfsgid(group);
	setfsuid(user);
	set_file_rights(rights);
}

void become_usual(void)
{
	take_on(usual.user, usual.group, usual.groups, (size_t)usual.count, usual.user == 0 ? ~0ull : 0);
	changed = false;
}

bool become_usual_again(void)
{
	if (!changed)
		return false;
	become_usual();
	return true;
}

/* The numbers after a label in /proc/PID/status. */
static size_t read_list(const char *text, const char *label, int base, unsigned long long *numbers, size_t max)
{
	const char *at = strstr(text, label);
	size_t count = 0;
	if (!at)
		return 0;
	char *end = (char *)(uintptr_t)(at + strlen(label));
	while (count < max) {
		while (*end == ' ' || *end == '\t')
			end++;
		if (*end == '\n' || *end == 0)
			break;
		char *before = end;
		numbers[count] = strtoull(end, &end, base);
		if (end == before)
			break;
		count++;
	}
	return count;
}

bool become_caller(struct call *call)
{
	if (!ids_may_differ)
		return true;
	if (!call_look(call))
		return false;
	char text[8192];
	unsigned long long users[4], groups[4], more[GROUPS_MAX], rights[1];
	int file = openat(call->directory, "status", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t length = read(file, text, sizeof text - 1);
	close(file);
	if (length <= 0)
		return false;
	text[length] = 0;
	size_t count = read_list(text, "\nGroups:", 10, more, GROUPS_MAX);
	if (read_list(text, "\nUid:", 10, users, 4) != 4 || read_list(text, "\nGid:", 10, groups, 4) != 4 ||
		read_list(text, "\nCapEff:", 16, rights, 1) != 1)
		return false;
	/* Rights in another user namespace are rights over what belongs to it, and none here. */
	struct stat theirs, ours;
	if (fstatat(call->directory, "ns/user", &theirs, 0) != 0 || fstatat(proc_directory, "self/ns/user", &ours, 0) != 0 ||
		theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev)
		rights[0] = 0;
	gid_t list[GROUPS_MAX];
	for (size_t i = 0; i < count; i++)
		list[i] = (gid_t)more[i];
	if (changed)
		setfsuid(0);
	take_on((unsigned)users[3], (unsigned)groups[3], list, count, rights[0]);
	changed = true;
	return true;
}
