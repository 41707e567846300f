#include "ns/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/fail.h"
#include "ns/machine-parts.h"

static struct source *next(struct source *sources, int *count, const char *key)
{
	if (*count >= PLACES_MAX)
		fail("request", 0, "more than %d of %s", PLACES_MAX, key);
	return &sources[(*count)++];
}

struct machine *read_machine(struct spec *spec)
{
	struct machine *machine = calloc(1, sizeof *machine);
	struct room *room;
	char *key;

	if (!machine)
		fail("request", errno, "no memory");
	room = &machine->room;
	room->scratch_fd = -1;
	while ((key = spec_key(spec))) {
		if (strcmp(key, "machine") == 0) {
			continue;
		} else if (strcmp(key, "privileged") == 0) {
			machine->privileged = true;
		} else if (strcmp(key, "own-id") == 0) {
			machine->own_id = true;
		} else if (read_room_key(room, spec, key)) {
			continue;
		} else if (strcmp(key, "mounted") == 0) {
			next(machine->mounted, &machine->mounted_count, key)->path = spec_value(spec, key);
		} else if (strcmp(key, "shown") == 0) {
			next(machine->shown, &machine->shown_count, key)->path = spec_value(spec, key);
		} else if (strcmp(key, "home") == 0) {
			machine->home.path = spec_value(spec, key);
			machine->home.inside = spec_value(spec, key);
		} else if (strcmp(key, "mount") == 0) {
			struct source *mount = next(machine->mounts, &machine->mount_count, key);
			mount->writable = strcmp(spec_value(spec, key), "rw") == 0;
			mount->path = spec_value(spec, key);
			mount->inside = spec_value(spec, key);
		} else if (strcmp(key, "over") == 0) {
			struct source *over = next(machine->over, &machine->over_count, key);
			over->path = spec_value(spec, key);
			over->inside = spec_value(spec, key);
		} else if (strcmp(key, "hidden") == 0 && machine->hidden_count < PLACES_MAX) {
			machine->hidden[machine->hidden_count++] = spec_value(spec, key);
		} else {
			fail("request", 0, "unknown or too many: %.40s", key);
		}
	}
	if (!room->scratch || !room->init)
		fail("request", 0, "scratch and init are needed");
	return machine;
}

const struct room *machine_room(const struct machine *machine)
{
	return &machine->room;
}

bool machine_is_privileged(const struct machine *machine)
{
	return machine->privileged;
}

bool machine_has_own_id(const struct machine *machine)
{
	return machine->own_id || !machine->privileged;
}
