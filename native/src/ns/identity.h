#ifndef SELFSAME_IDENTITY_H
#define SELFSAME_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Ids every sandbox has: 0 to 65535, the range Debian Policy 9.2.2 assigns from. */
enum { ID_COUNT = 65536 };

/*
 * First host id of the range real root uses: the first one after those systemd gives to containers
 * (524288 to 1879048191; systemd's docs/UIDS-GIDS.md lists 1879048192 to 2147352575 as unused). No account
 * of the host has them, so nothing in a sandbox owns anything outside.
 */
#define DEFAULT_BASE 1879048192u

/* How ids in the namespace are ids of the host. */
struct identity {
	/* We may map any id of the host (real root); otherwise newuidmap and newgidmap do it for us. */
	bool privileged;
	/* Privileged: id n of the namespace is base + n. Otherwise: 0 is our own id and n is base + n - 1. */
	uint32_t uid_base;
	uint32_t gid_base;
	uid_t own_uid;
	gid_t own_gid;
};

/* Finds the mapping for this user. `base` of 0 means: choose. Fails the program with stage `id-range`. */
struct identity find_identity(uint32_t base);

/*
 * Moves this process into a new user and mount namespace and makes it root there, with every mount
 * private. `with_host_root` also maps the host's root as id 65536, which gives the namespace's root power
 * over root's files outside: only for our own commands, never for a sandbox. Stages `user-namespace`
 * and `id-map`.
 */
void enter_namespace(const struct identity *identity, bool with_host_root);

/*
 * Moves this process into a new user and mount namespace, whose ids `helper`, a child that waits for a byte at ready[0],
 * then maps from outside; ends with this program if it fails. Stage `user-namespace`.
 */
void enter_while_mapped(pid_t helper, const int ready[2]);

/* Finds the largest range of `user` (by name or number) in a subuid(5) file. False if there is none. */
bool largest_range(const char *file, const char *name, uid_t uid, uint32_t *start, uint32_t *count);

/* True if the host ids first to first + count - 1 exist in the caller's own namespace (a uid_map file). */
bool range_is_mapped(const char *map_file, uint32_t first, uint32_t count);

#endif
