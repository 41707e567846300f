#include "ns/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fail.h"
#include "ns/machine-parts.h"
#include "ns/place.h"

/* Whatever is mounted over /tmp later, these stay what they were. */
static void open_all(struct source *sources, int count, bool needed)
{
	for (int i = 0; i < count; i++) {
		sources[i].fd = open(sources[i].path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
		if (sources[i].fd < 0 && needed)
			fail("source", errno, "%s", sources[i].path);
	}
}

static void make_scratch(struct machine *machine, const char *name, mode_t mode)
{
	if (mkdirat(machine->room.scratch_fd, name, 0755) < 0 || fchmodat(machine->room.scratch_fd, name, mode, 0) < 0)
		fail("assemble", errno, "cannot make %s in the scratch directory", name);
}

static void open_sources(struct machine *machine)
{
	keep_program(machine->room.init, FD_INIT);
	if (machine->room.determinizer)
		keep_program(machine->room.determinizer, FD_DETERMINIZER);
	machine->room.scratch_fd = open(machine->room.scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (machine->room.scratch_fd < 0)
		fail("source", errno, "%s", machine->room.scratch);
	open_all(machine->mounted, machine->mounted_count, false);
	open_all(machine->shown, machine->shown_count, false);
	open_all(machine->mounts, machine->mount_count, true);
	open_all(machine->over, machine->over_count, true);
	machine->home.fd = -1;
	if (machine->home.path)
		open_all(&machine->home, 1, false);
}

/* The top of an overlay looks like what it covers. */
static void look_like(int fd, int model)
{
	struct stat status;

	if (fstat(model, &status) < 0)
		return;
	(void)!fchown(fd, status.st_uid, status.st_gid);
	(void)fchmod(fd, status.st_mode & 07777);
	(void)futimens(fd, (struct timespec[2]){status.st_atim, status.st_mtim});
}

/* Lays an overlay of the directory `lower` over `place`. False if the kernel will not. */
static bool overlay(struct machine *machine, int lower, int place)
{
	char top[64], options[512], target[48];
	int number = machine->overlays++, upper;
	bool mounted = false;

	snprintf(top, sizeof top, "o%d", number);
	make_scratch(machine, top, 0755);
	/* On the store first; where that is an overlay itself, in memory. */
	for (int memory = 0; memory < 2 && !mounted; memory++) {
		snprintf(top, sizeof top, ROOM "/s/o%d", number);
		if (memory && mount("changes", top, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
			return false;
		snprintf(top, sizeof top, ROOM "/s/o%d/upper", number);
		if (mkdir(top, 0755) < 0)
			return false;
		upper = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (upper < 0)
			return false;
		look_like(upper, lower);
		close(upper);
		snprintf(top, sizeof top, ROOM "/s/o%d/work", number);
		if (mkdir(top, 0755) < 0)
			return false;
		snprintf(target, sizeof target, "/proc/self/fd/%d", place);
		for (int lasting = 0; lasting < 2 && !mounted; lasting++) {
			snprintf(options, sizeof options, "lowerdir=/proc/self/fd/%d,upperdir=" ROOM "/s/o%d/upper,workdir=" ROOM "/s/o%d/work%s%s", lower,
				 number, number, machine->privileged ? "" : ",userxattr", lasting ? "" : ",volatile");
			mounted = mount("selfsame", target, "overlay", MS_NODEV, options) == 0;
		}
	}
	return mounted;
}

/* A home with other file systems mounted below it: an overlay of each directory in it that can have one. */
static bool put_in_home(void *context, const struct entry *entry)
{
	struct machine *machine = context;
	struct stat status;
	int from, to;
	bool put;

	if (fstatat(entry->directory, entry->name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(status.st_mode))
		return put_as_is(entry, true);
	from = openat(entry->directory, entry->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0)
		return true;
	put = mkdirat(entry->into, entry->name, 0755) == 0;
	to = put ? openat(entry->into, entry->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	put = to >= 0 && (overlay(machine, from, to) || bind_tree(from, to, true));
	close(from);
	if (to >= 0)
		close(to);
	return put;
}

static void say_read_only(int index)
{
	char line[64];
	int length = snprintf(line, sizeof line, "{\"type\":\"read-only\",\"index\":%d}\n", index);

	(void)!write(FD_STATUS, line, (size_t)length);
}

static void show_read_only(struct machine *machine, const struct source *source, int index)
{
	int place = find_place(machine->root, source->path);

	if (place < 0)
		return;
	if (!bind_tree(source->fd, place, true))
		fail("overlay", errno, "cannot show %s read-only", source->path);
	close(place);
	say_read_only(index);
}

/* The places of the run's own are not the machine's. */
static bool is_own(const char *name)
{
	static const char *const names[] = {"proc", "sys", "dev", "run", "tmp"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool put_of_machine(void *context, const struct entry *entry)
{
	(void)context;
	return is_own(entry->name) ? mkdirat(entry->into, entry->name, 0755) == 0 : put_as_is(entry, true);
}

static void lay_machine(struct machine *machine)
{
	int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), place = open(ROOM "/r", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool covered = false;

	if (host < 0 || place < 0)
		fail("assemble", errno, "cannot open the root");
	if (machine->privileged) {
		covered = overlay(machine, host, place);
		if (!covered) {
			if (!bind_tree(host, place, true))
				fail("overlay", errno, "cannot show the machine read-only");
			say_read_only(0);
		}
	} else if (!each_entry(host, place, 0222, NULL, put_of_machine, NULL)) {
		fail("overlay", errno, "cannot show the machine read-only");
	}
	close(host);
	close(place);
	machine->root = open(ROOM "/r", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (machine->root < 0)
		fail("assemble", errno, "cannot open the root");
	for (int i = 0; covered && i < machine->mounted_count; i++) {
		struct source *source = &machine->mounted[i];
		struct stat status;

		if (source->fd < 0 || fstat(source->fd, &status) < 0)
			continue;
		place = find_place(machine->root, source->path);
		if (place < 0)
			continue;
		machine->overlays = i + 1;
		if (!S_ISDIR(status.st_mode) || !overlay(machine, source->fd, place))
			show_read_only(machine, source, i + 1);
		close(place);
	}
}

static void lay_fresh(struct machine *machine, const char *path, const char *name)
{
	int place = find_place(machine->root, path), fd;

	if (place < 0)
		return; /* Not there, or a link to the other one. */
	make_scratch(machine, name, 01777);
	fd = openat(machine->room.scratch_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !bind_tree(fd, place, false))
		fail("assemble", errno, "cannot make %s", path);
	close(fd);
	close(place);
}

static void lay_empty(struct machine *machine, const char *path)
{
	int place = find_place(machine->root, path), empty;

	if (place < 0)
		return;
	empty = cover(place);
	if (empty < 0)
		fail("assemble", errno, "cannot empty %s", path);
	close(empty);
	close(place);
}

static int place_for(struct machine *machine, const char *path, bool directory)
{
	int place = make_place(machine->root, path, directory, machine->home.path);

	if (place < 0)
		fail("place", errno, "%s", path);
	return place;
}

/* At its own path for everybody; real root has it there already, unless it is below a place of the run's own. */
static void lay_home(struct machine *machine)
{
	struct source *home = &machine->home;
	int place, fd;

	if (!home->path)
		return;
	if (home->fd < 0) {
		make_scratch(machine, "home", 0755);
		fd = openat(machine->room.scratch_fd, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
		place = place_for(machine, home->inside, true);
		if (fd < 0 || !bind_tree(fd, place, false))
			fail("assemble", errno, "cannot make a home");
		close(fd);
		close(place);
		return;
	}
	place = machine->privileged ? find_place(machine->root, home->path) : -1;
	if (place < 0) {
		place = place_for(machine, home->path, true);
		if (!overlay(machine, home->fd, place) && !each_entry(home->fd, place, 0, NULL, put_in_home, machine))
			say_read_only(-1);
	}
	close(place);
	if (strcmp(home->path, home->inside) == 0)
		return;
	fd = find_place(machine->root, home->path);
	place = place_for(machine, home->inside, true);
	if (fd < 0 || !bind_tree(fd, place, false))
		fail("assemble", errno, "cannot show the home at %s", home->inside);
	close(fd);
	close(place);
}

static bool is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	return strncmp(path, above, length) == 0 && path[length] == '/';
}

static void lay_mounts(struct machine *machine)
{
	for (int i = 0; i < machine->mount_count; i++) {
		struct source *source = &machine->mounts[i];
		struct stat status;
		int place;

		if (fstat(source->fd, &status) < 0 || (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)))
			fail("source", 0, "%s is neither a directory nor a file", source->path);
		place = place_for(machine, source->inside, S_ISDIR(status.st_mode));
		if (!bind_tree(source->fd, place, !source->writable))
			fail("assemble", errno, "cannot mount %s", source->inside);
		close(place);
		/* The home seen at its other place has it too. */
		if (machine->home.path && strcmp(machine->home.path, machine->home.inside) != 0 && is_below(source->inside, machine->home.path)) {
			char path[8192];
			snprintf(path, sizeof path, "%s%s", machine->home.inside, source->inside + strlen(machine->home.path));
			place = find_place(machine->root, path);
			if (place >= 0 && !bind_tree(source->fd, place, !source->writable))
				fail("assemble", errno, "cannot mount %s", path);
			if (place >= 0)
				close(place);
		}
	}
}

static void lay_over(struct machine *machine, const struct source *over)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(over->inside, '/');
	struct stat status;
	int directory, place;

	if (!slash || (size_t)(slash - over->inside) >= sizeof parent || fstat(over->fd, &status) < 0 || !S_ISREG(status.st_mode))
		fail("source", 0, "%s cannot be laid over %s", over->path, over->inside);
	memcpy(parent, over->inside, (size_t)(slash - over->inside));
	parent[slash - over->inside] = '\0';
	directory = find_place(machine->root, parent);
	place = directory < 0 ? -1 : openat(directory, slash + 1, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	/* The link itself is covered, not where it leads. */
	if (place >= 0 && !bind_tree(over->fd, place, true))
		fail("assemble", errno, "cannot lay a file over %s", over->inside);
	if (place >= 0)
		close(place);
	if (directory >= 0)
		close(directory);
}

void gather_machine(struct machine *machine)
{
	open_sources(machine);
	if (mount("room", ROOM, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") < 0 || mkdir(ROOM "/s", 0755) < 0 || mkdir(ROOM "/r", 0755) < 0)
		fail("assemble", errno, "cannot mount over " ROOM);
	if (machine->privileged && machine->room.determinizer)
		place_fuse();
	int scratch = open(ROOM "/s", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (scratch < 0 || !bind_tree(machine->room.scratch_fd, scratch, false))
		fail("assemble", errno, "cannot mount the scratch directory");
	close(scratch);
	lay_machine(machine);
	lay_fresh(machine, "/tmp", "tmp");
	lay_fresh(machine, "/var/tmp", "var-tmp");
	lay_empty(machine, "/run");
	for (int i = 0; i < machine->shown_count; i++) {
		int place = machine->shown[i].fd < 0 ? -1 : find_place(machine->root, machine->shown[i].path);
		if (place >= 0 && !bind_tree(machine->shown[i].fd, place, true))
			fail("assemble", errno, "cannot show %s", machine->shown[i].path);
		if (place >= 0)
			close(place);
	}
	machine->overlays = machine->mounted_count + 1;
	lay_home(machine);
	lay_mounts(machine);
	for (int i = 0; i < machine->over_count; i++)
		lay_over(machine, &machine->over[i]);
	for (int i = 0; i < machine->hidden_count; i++)
		lay_empty(machine, machine->hidden[i]);
	int upper = open(ROOM "/s", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (upper < 0 || dup2(upper, FD_UPPER) < 0)
		fail("overlay", errno, "cannot open the scratch directory");
	if (upper != FD_UPPER)
		close(upper);
	close(machine->room.scratch_fd);
	close(machine->root);
}
