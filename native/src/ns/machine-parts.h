#ifndef SELFSAME_MACHINE_PARTS_H
#define SELFSAME_MACHINE_PARTS_H

/* What a request for the machine's own root says, for those who read it and those who make it (ns/machine.h). */

#include <stdbool.h>

#include "ns/room.h"

enum { PLACES_MAX = 1024 };

struct source {
	char *path;
	/* Where it is seen inside; NULL: at `path`. */
	char *inside;
	bool writable;
	/* -1: not there. */
	int fd;
};

struct machine {
	struct room room;
	bool privileged;
	bool own_id;
	struct source mounted[PLACES_MAX];
	int mounted_count;
	struct source shown[PLACES_MAX];
	int shown_count;
	struct source mounts[PLACES_MAX];
	int mount_count;
	struct source over[PLACES_MAX];
	int over_count;
	char *hidden[PLACES_MAX];
	int hidden_count;
	struct source home;
	/* The assembled root, and the number of the next overlay. */
	int root;
	int overlays;
};

#endif
