#ifndef SELFSAME_ROOM_H
#define SELFSAME_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/spec.h"
#include "ns/identity.h"

/*
 * The directory every path of a sandbox is gathered under before the container runtime starts, in a
 * mount namespace of our own. It exists on every Linux system; its names are constants, so that nothing
 * of the host's paths shows in the sandbox's mount options:
 *   /tmp/l/0 …   root layers, topmost first
 *   /tmp/s       the scratch directory: s/upper takes the changes, s/work is the overlay's own
 *   /tmp/r       the assembled root
 *   /tmp/m/0 …   mounts, in the order of the request
 *   /tmp/f       holds a /dev/fuse for the determinizer; not in the sandbox
 */
#define ROOM "/tmp"

enum { LAYERS_MAX = 400, MOUNTS_MAX = 2000, CGROUPS_MAX = 8 };

/* Fixed file descriptors of the programs after us; the caller's 0 to 6 stay as they are, and so does 14, the determinizer's log. */
enum { FD_CONTROL = 3, FD_STATUS = 4, FD_STDOUT = 5, FD_STDERR = 6, FD_INIT_SPEC = 7, FD_INIT = 8, FD_UPPER = 9, FD_PIDS_EVENTS = 10, FD_MEMORY_EVENTS = 11, FD_DETERMINIZER = 12, FD_FUSE = 13, FD_LAST = 13 };

struct room_mount {
	bool writable;
	char *source;
	int fd;
};

struct room {
	uint32_t base;
	uint32_t owner_uid;
	uint32_t owner_gid;
	char *scratch;
	char *init;
	/* Program the init starts in place of the command (init/determined.h), or NULL. */
	char *determinizer;
	char *layers[LAYERS_MAX];
	int layer_fds[LAYERS_MAX];
	int layer_count;
	struct room_mount mounts[MOUNTS_MAX];
	int mount_count;
	char *cgroups[CGROUPS_MAX];
	int cgroup_count;
	int scratch_fd;
};

/* Reads the value of a key that requests of every kind have; false: it is no such key, or there are too many of it. */
bool read_room_key(struct room *room, struct spec *spec, const char *key);

/* Reads the request. The result points into `spec`. */
struct room *read_room(struct spec *spec);

/*
 * Joins the request's control groups and keeps their event counters open for the init: /dev/null stands
 * for those there are not. Must come before the namespace, which has no right to. */
void join_cgroups(const struct room *room);

/* Opens a program of ours as the descriptor `number`, for who comes after us to start. */
void keep_program(const char *path, int number);

/*
 * Opens every source and mounts it at its constant place. `privileged` says this is real root before its
 * user namespace, with `identity` the mapping to come; otherwise we are root of the namespace already.
 */
void gather_room(struct room *room, const struct identity *identity, bool privileged);

/* As real root, before the user namespace: makes a /dev/fuse that its root can open. */
void place_fuse(void);

/*
 * Opens /dev/fuse for the determinizer, inside the user namespace: what the device is opened in is what may mount with it.
 * Where it cannot be opened the determinizer says what it does without.
 */
void keep_fuse(void);

/* Mounts the root (an overlay of the layers) at /tmp/r, from inside the user namespace. */
void mount_root(const struct room *room);

/* Gives the tree at `fd` to uid:gid, never following links; entries that belong to them already are left. */
void own_tree(int fd, uint32_t uid, uint32_t gid);

#endif
