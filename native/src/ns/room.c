#include "ns/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/fail.h"
#include "ns/idmap-mount.h"

bool read_room_key(struct room *room, struct spec *spec, const char *key)
{
	if (strcmp(key, "scratch") == 0)
		room->scratch = spec_value(spec, key);
	else if (strcmp(key, "init") == 0)
		room->init = spec_value(spec, key);
	else if (strcmp(key, "determinizer") == 0)
		room->determinizer = spec_value(spec, key);
	else if (strcmp(key, "cgroup") == 0 && room->cgroup_count < CGROUPS_MAX)
		room->cgroups[room->cgroup_count++] = spec_value(spec, key);
	else
		return false;
	return true;
}

struct room *read_room(struct spec *spec)
{
	struct room *room = calloc(1, sizeof *room);
	char *key;

	if (!room)
		fail("request", errno, "no memory");
	room->scratch_fd = -1;
	while ((key = spec_key(spec))) {
		if (strcmp(key, "base") == 0) {
			room->base = (uint32_t)spec_number(spec, key, UINT32_MAX - ID_COUNT);
		} else if (strcmp(key, "owner") == 0) {
			room->owner_uid = (uint32_t)spec_number(spec, key, ID_COUNT - 1);
			room->owner_gid = (uint32_t)spec_number(spec, key, ID_COUNT - 1);
		} else if (read_room_key(room, spec, key)) {
			continue;
		} else if (strcmp(key, "layer") == 0 && room->layer_count < LAYERS_MAX) {
			room->layers[room->layer_count++] = spec_value(spec, key);
		} else if (strcmp(key, "mount") == 0 && room->mount_count < MOUNTS_MAX) {
			struct room_mount *mount = &room->mounts[room->mount_count++];
			mount->writable = strcmp(spec_value(spec, key), "rw") == 0;
			mount->source = spec_value(spec, key);
		} else {
			fail("request", 0, "unknown or too many: %.40s", key);
		}
	}
	if (!room->scratch || !room->init || room->layer_count == 0)
		fail("request", 0, "scratch, init and at least one layer are needed");
	return room;
}

static void keep_events(const char *directory, const char *name, int number)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (dup2(fd, number) < 0)
		fail("cgroup", errno, "cannot keep %s", path);
	close(fd);
}

void join_cgroups(const struct room *room)
{
	for (int i = 0; i < room->cgroup_count; i++) {
		char path[4096];
		int fd;

		snprintf(path, sizeof path, "%s/cgroup.procs", room->cgroups[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			fail("cgroup", errno, "cannot join %s", room->cgroups[i]);
		close(fd);
		keep_events(room->cgroups[i], "pids.events", FD_PIDS_EVENTS);
		keep_events(room->cgroups[i], "memory.oom_control", FD_MEMORY_EVENTS); /* Version 1. */
		keep_events(room->cgroups[i], "memory.events", FD_MEMORY_EVENTS);      /* Version 2. */
	}
}

static int open_source(const char *path, int flags)
{
	int fd = open(path, O_PATH | O_CLOEXEC | flags);

	if (fd < 0)
		fail("source", errno, "%s", path);
	return fd;
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		fail("assemble", errno, "cannot make %s", path);
}

static void bind_fd(int fd, const char *target)
{
	char source[32];

	snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
	if (mount(source, target, NULL, MS_BIND, NULL) < 0)
		fail("assemble", errno, "cannot bind %s", target);
}

/* The overlay's own directories, fresh: work/ never outlives a run, upper/ may be continued (`shell --failed`). */
static void prepare_scratch(const struct room *room, uint32_t root_uid, uint32_t root_gid)
{
	static const char *const names[] = {"upper", "work"};

	/* Left by the `volatile` option of an earlier run; the kernel refuses to continue while it is there. */
	if ((unlinkat(room->scratch_fd, "work/work/incompat/volatile/dirty", 0) < 0 && errno != ENOENT) ||
	    (unlinkat(room->scratch_fd, "work/work/incompat/volatile", AT_REMOVEDIR) < 0 && errno != ENOENT))
		fail("assemble", errno, "cannot reuse the scratch directory");
	for (int i = 0; i < 2; i++) {
		int made = mkdirat(room->scratch_fd, names[i], 0755);
		if (made < 0 && errno != EEXIST)
			fail("assemble", errno, "cannot make %s in the scratch directory", names[i]);
		if (made == 0 && (fchmodat(room->scratch_fd, names[i], 0755, 0) < 0 ||
				  fchownat(room->scratch_fd, names[i], root_uid, root_gid, AT_SYMLINK_NOFOLLOW) < 0))
			fail("assemble", errno, "cannot own %s in the scratch directory", names[i]);
	}
	if (fchownat(room->scratch_fd, "", root_uid, root_gid, AT_EMPTY_PATH) < 0)
		fail("assemble", errno, "cannot own the scratch directory");
}

/* Without close-on-exec: programs after us start it from there. */
void keep_program(const char *path, int number)
{
	int fd = open_source(path, 0);

	if (dup2(fd, number) < 0)
		fail("assemble", errno, "cannot keep %s", path);
	close(fd);
}

static void open_sources(struct room *room)
{

	for (int i = 0; i < room->layer_count; i++)
		room->layer_fds[i] = open_source(room->layers[i], O_DIRECTORY);
	room->scratch_fd = open_source(room->scratch, O_DIRECTORY);
	for (int i = 0; i < room->mount_count; i++)
		room->mounts[i].fd = open_source(room->mounts[i].source, O_NOFOLLOW);
	keep_program(room->init, FD_INIT);
	if (room->determinizer)
		keep_program(room->determinizer, FD_DETERMINIZER);
}

/*
 * Said once, in the words of init/status.h, before the init has the descriptor: nobody else writes to it yet.
 * A caller that is gone is noticed elsewhere.
 */
static void say_owners_not_fixed(void)
{
	static const char line[] = "{\"type\":\"not-fixed\",\"what\":\"owners of read-only mounts\"}\n";
	static bool said;

	if (!said)
		(void)!write(FD_STATUS, line, sizeof line - 1);
	said = true;
}

static void place_mount(const struct room *room, int index, const struct identity *identity, bool privileged)
{
	const struct room_mount *item = &room->mounts[index];
	char target[64];
	struct stat status;

	snprintf(target, sizeof target, ROOM "/m/%d", index);
	if (fstat(item->fd, &status) < 0)
		fail("source", errno, "%s", item->source);
	if (S_ISDIR(status.st_mode)) {
		make_directory(target);
	} else if (S_ISREG(status.st_mode)) {
		int fd = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd < 0)
			fail("assemble", errno, "cannot make %s", target);
		close(fd);
	} else {
		fail("source", 0, "%s is neither a directory nor a file", item->source);
	}
	if (item->writable) {
		int fd;
		bind_fd(item->fd, target);
		fd = open(target, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			fail("own", errno, "cannot open %s", item->source);
		own_tree(fd, room->owner_uid + (privileged ? identity->uid_base : 0),
			 room->owner_gid + (privileged ? identity->gid_base : 0));
		close(fd);
	} else if (!privileged || status.st_uid >= ID_COUNT) {
		bind_fd(item->fd, target);
	} else if (!bind_with_ids(item->fd, target, identity)) {
		bind_fd(item->fd, target);
		say_owners_not_fixed();
	}
}

void gather_room(struct room *room, const struct identity *identity, bool privileged)
{
	char target[64];

	open_sources(room);
	prepare_scratch(room, privileged ? identity->uid_base : 0, privileged ? identity->gid_base : 0);
	if (mount("room", ROOM, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") < 0)
		fail("assemble", errno, "cannot mount over " ROOM);
	if (privileged && room->determinizer)
		place_fuse();
	make_directory(ROOM "/l");
	make_directory(ROOM "/m");
	make_directory(ROOM "/r");
	make_directory(ROOM "/s");
	for (int i = 0; i < room->layer_count; i++) {
		snprintf(target, sizeof target, ROOM "/l/%d", i);
		make_directory(target);
		bind_fd(room->layer_fds[i], target);
		close(room->layer_fds[i]);
	}
	bind_fd(room->scratch_fd, ROOM "/s");
	for (int i = 0; i < room->mount_count; i++) {
		place_mount(room, i, identity, privileged);
		close(room->mounts[i].fd);
	}
	close(room->scratch_fd);
}

#define FUSE_PLACE ROOM "/f"

void place_fuse(void)
{
	/* Where /dev/fuse is for real root alone, the namespace's root could not open it. */
	if (mkdir(FUSE_PLACE, 0755) == 0 && mount("fuse", FUSE_PLACE, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=4k") == 0 &&
	    mknod(FUSE_PLACE "/fuse", S_IFCHR | 0600, makedev(10, 229)) == 0)
		(void)!chmod(FUSE_PLACE "/fuse", 0666);
}

void keep_fuse(void)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fd = open(FUSE_PLACE "/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	if (dup2(fd, FD_FUSE) < 0)
		fail("assemble", errno, "cannot keep /dev/fuse");
	close(fd);
}

void mount_root(const struct room *room)
{
	/* Relative names keep 400 layers within the one page the kernel takes. */
	static const char tail[] = "upperdir=../s/upper,workdir=../s/work,userxattr";
	char options[4096];
	size_t at = 0;
	int upper;

	at += (size_t)snprintf(options + at, sizeof options - at, "lowerdir=");
	for (int i = 0; i < room->layer_count; i++)
		at += (size_t)snprintf(options + at, sizeof options - at, i ? ":%d" : "%d", i);
	if (room->determinizer)
		keep_fuse();
	if (chdir(ROOM "/l") < 0)
		fail("overlay", errno, "cannot enter the layers");
	/* `volatile`: nothing here has to survive a power cut, so the build's fsync calls cost nothing. */
	snprintf(options + at, sizeof options - at, ",%s,volatile", tail);
	if (mount("root", ROOM "/r", "overlay", 0, options) < 0) {
		snprintf(options + at, sizeof options - at, ",%s", tail);
		if (mount("root", ROOM "/r", "overlay", 0, options) < 0)
			fail("overlay", errno, "cannot mount the root from %d layers", room->layer_count);
	}
	if (chdir("/") < 0)
		fail("overlay", errno, "cannot leave the layers");
	upper = open(ROOM "/s/upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (upper < 0 || dup2(upper, FD_UPPER) < 0)
		fail("overlay", errno, "cannot open the upper directory");
	if (upper != FD_UPPER)
		close(upper);
}
