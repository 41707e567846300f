#include "init/furnish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fail.h"
#include "init/status.h"

/* Of the kernel's mount interface (Linux 5.2; fsopen(2)), which older C libraries do not wrap. */
#define FSCONFIG_SET_STRING_COMMAND 1u
#define FSCONFIG_CREATE_COMMAND 6u
#define OPEN_TREE_CLONE_FLAG 1u
#define MOVE_MOUNT_F_EMPTY_PATH_FLAG 4u
#define MOUNT_ATTR_FLAGS (0x2u | 0x4u | 0x8u) /* nosuid, nodev, noexec */

static void set_times(int fd, int64_t epoch)
{
	struct timespec times[2] = {{.tv_sec = epoch}, {.tv_sec = epoch}};

	(void)!futimens(fd, times);
}

/* Makes the directories above `path` that are missing. `path` is changed while it runs. */
static bool make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static bool put_all(int fd, const char *content)
{
	for (size_t left = strlen(content); left > 0;) {
		ssize_t put = write(fd, content, left);
		if (put < 0)
			return false;
		content += put;
		left -= (size_t)put;
	}
	return true;
}

/* Replaces `path` and leaves the time of its directory as it was: another source of difference less. */
static void write_file(struct text *file, int64_t epoch)
{
	char parent[4096];
	struct stat before;
	int fd, directory;

	if (strlen(file->path) >= sizeof parent || file->path[0] != '/')
		fail("furnish", 0, "not a path: %s", file->path);
	if (!make_parents(file->path))
		fail("furnish", errno, "cannot make the directory of %s", file->path);
	strcpy(parent, file->path);
	*(strrchr(parent, '/') == parent ? parent + 1 : strrchr(parent, '/')) = '\0';
	directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || fstat(directory, &before) < 0)
		fail("furnish", errno, "cannot open the directory of %s", file->path);
	if (unlink(file->path) < 0 && errno != ENOENT)
		fail("furnish", errno, "cannot replace %s", file->path);
	fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || !put_all(fd, file->content))
		fail("furnish", errno, "cannot write %s", file->path);
	set_times(fd, epoch);
	close(fd);
	futimens(directory, (struct timespec[2]){before.st_atim, before.st_mtim});
	close(directory);
}

/* The text of a file of at most 1 MiB with `line` added, unless a line of it begins with `name:`. NULL: nothing to do. */
static char *with_line(const char *path, const char *name, const char *line)
{
	enum { MAX = 1 << 20 };
	size_t length = strlen(name), used = 0, size = MAX + strlen(line) + 2;
	char *text = calloc(1, size);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (!text)
		fail("furnish", errno, "no memory");
	while (fd >= 0 && used < MAX && (got = read(fd, text + used, MAX - used)) > 0)
		used += (size_t)got;
	if (fd >= 0)
		close(fd);
	for (char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncmp(at, name, length) == 0 && at[length] == ':') {
			free(text);
			return NULL;
		}
	}
	if (used > 0 && text[used - 1] != '\n')
		strcat(text, "\n");
	strcat(text, line);
	return text;
}

static void add_account(const struct plan *plan)
{
	char line[1024], passwd[] = "/etc/passwd", group[] = "/etc/group";
	const char *name = plan->account.name;
	struct text file;

	snprintf(line, sizeof line, "%s:x:%u:%u::%s:/bin/sh\n", name, plan->uid, plan->gid, plan->account.home);
	file = (struct text){.path = passwd, .content = with_line(passwd, name, line)};
	if (file.content)
		write_file(&file, plan->epoch);
	free(file.content);
	if (plan->account.group)
		name = plan->account.group;
	snprintf(line, sizeof line, "%s:x:%u:\n", name, plan->gid);
	file = (struct text){.path = group, .content = with_line(group, name, line)};
	if (file.content)
		write_file(&file, plan->epoch);
	free(file.content);
}

static void make_user_directory(char *path, const struct plan *plan)
{
	int fd;

	if (!make_parents(path) || (mkdir(path, 0755) < 0 && errno != EEXIST))
		fail("furnish", errno, "cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, plan->uid, plan->gid) < 0)
		fail("furnish", errno, "cannot give %s to the user", path);
	set_times(fd, plan->epoch);
	close(fd);
}

static int constants_mount(void)
{
	int context = (int)syscall(SYS_fsopen, "tmpfs", 1u /* close on exec */), made;

	if (context < 0)
		return -1;
	syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING_COMMAND, "mode", "0755", 0);
	if (syscall(SYS_fsconfig, context, FSCONFIG_CREATE_COMMAND, NULL, NULL, 0) < 0) {
		close(context);
		return -1;
	}
	made = (int)syscall(SYS_fsmount, context, 1u /* close on exec */, MOUNT_ATTR_FLAGS);
	close(context);
	return made;
}

static bool lay_over(int constants, size_t index, const struct text *fact, int64_t epoch)
{
	char name[24];
	int fd, tree;
	bool moved;

	snprintf(name, sizeof name, "%zu", index);
	fd = openat(constants, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return false;
	if (!put_all(fd, fact->content)) {
		close(fd);
		return false;
	}
	set_times(fd, epoch);
	close(fd);
	tree = (int)syscall(SYS_open_tree, constants, name, OPEN_TREE_CLONE_FLAG | O_CLOEXEC);
	if (tree < 0)
		return false;
	moved = syscall(SYS_move_mount, tree, "", AT_FDCWD, fact->path, MOVE_MOUNT_F_EMPTY_PATH_FLAG) == 0;
	close(tree);
	return moved;
}

void lay_facts(const struct plan *plan)
{
	int constants = plan->fact_count ? constants_mount() : -1;

	for (size_t i = 0; i < plan->fact_count; i++) {
		/* What this kernel does not have, nothing can read. */
		if (access(plan->facts[i].path, F_OK) < 0)
			continue;
		if (constants < 0 || !lay_over(constants, i, &plan->facts[i], plan->epoch))
			say_not_fixed(plan->facts[i].path);
	}
	if (constants >= 0)
		close(constants);
}

static void make_system(const struct plan *plan)
{
	if (plan->system_count == 0)
		return;
	if ((mkdir("/sys", 0755) < 0 && errno != EEXIST) ||
	    mount("sysfs", "/sys", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m") < 0) {
		say_not_fixed("/sys");
		return;
	}
	for (size_t i = 0; i < plan->system_count; i++) {
		char *path = plan->system[i].path;
		int fd = strncmp(path, "/sys/", 5) == 0 && make_parents(path)
				 ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444)
				 : -1;
		if (fd < 0 || !put_all(fd, plan->system[i].content))
			say_not_fixed(path);
		if (fd >= 0)
			close(fd);
	}
	if (mount(NULL, "/sys", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		say_not_fixed("/sys");
}

void furnish(const struct plan *plan)
{
	int root;

	for (size_t i = 0; i < plan->file_count; i++)
		write_file((struct text *)&plan->files[i], plan->epoch);
	if (plan->account.name)
		add_account(plan);
	for (size_t i = 0; i < plan->directory_count; i++)
		make_user_directory(plan->directories[i], plan);
	if (!plan->as_root && !plan->own_id && (root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
		set_times(root, plan->epoch); /* Places for mounts were made in it. */
		close(root);
	}
	if (!plan->determinizer)
		lay_facts(plan);
	make_system(plan);
	if (setdomainname("(none)", 6) < 0 && plan->fixed_layout)
		say_not_fixed("domain name");
}
