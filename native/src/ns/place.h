#ifndef SELFSAME_PLACE_H
#define SELFSAME_PLACE_H

#include <stdbool.h>

/* Places in a root that is being assembled. None of these follows a symbolic link. */

/* A descriptor (O_PATH) of the absolute `path` below `root`, what is mounted there last; -1 with errno. */
int find_place(int root, const char *path);

/*
 * The same, made (an empty directory or file) if it is not there. A directory that cannot be added to is
 * spread first. `keep` (absolute, or NULL) is a path that must stay visible even in directories nobody may list.
 */
int make_place(int root, const char *path, bool directory, const char *keep);

/* Mounts the tree `source` and all that is mounted below it over `place`; false with errno. */
bool bind_tree(int source, int place, bool read_only);

/* Mounts an empty file system in memory over `place`; a descriptor (O_PATH) of it, or -1 with errno. */
int cover(int place);

/* One entry of a directory that is being shown again in another. */
struct entry {
	/* Where it is, as what. */
	int directory;
	const char *name;
	/* Where it is to be seen. */
	int into;
};

/*
 * Covers `place` with a directory in memory and calls `put` for each entry of the directory `from` (which may be
 * the same). It has the mode of `from` without the bits of `without`. `kept` (or NULL) is the one name there is
 * where nobody may list. At most 4096 entries; more fail with E2BIG.
 */
bool each_entry(int from, int place, unsigned without, const char *kept, bool (*put)(void *context, const struct entry *entry), void *context);

/* Shows one entry as it is: a mount, or a copy of a link. Devices, sockets and what is gone are left out. */
bool put_as_is(const struct entry *entry, bool read_only);

#endif
