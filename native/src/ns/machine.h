#ifndef SELFSAME_MACHINE_H
#define SELFSAME_MACHINE_H

#include <stdbool.h>

#include "common/spec.h"
#include "ns/room.h"

/*
 * A sandbox whose root is the machine's own: what is there is seen, what is changed vanishes with the run, and
 * only the places that are named are written in place. The request (the first key is `machine`) has:
 *
 *   machine                    this kind of root
 *   privileged                 the caller is real root; otherwise the only id there is, is the caller's own
 *   own-id                     the command gets one id in a namespace of its own, as it does of those who are not privileged
 *   scratch PATH, init PATH, cgroup PATH …   as for other sandboxes (room.h)
 *   mounted PATH …             places below / where other file systems are mounted, outer ones first
 *   shown PATH …               read-only as it is, with all below it (/sys)
 *   home PATH INSIDE           a directory whose changes vanish, seen also at INSIDE
 *   mount rw|ro SOURCE TARGET …   as it is; in place if rw
 *   hidden PATH …              shown empty, if it is there
 *   over SOURCE PATH …         a regular file seen at PATH, which may be a link; nothing if PATH is not there
 *
 * Real root gets an overlay of every file system. For others, copying up a file needs all directories above it,
 * which belong to ids they cannot map, and a file system with others mounted below it may not be a lower layer in
 * their namespace; so theirs is the machine's tree read-only, and an overlay of their home.
 * /tmp and /var/tmp are empty directories of the run, /run is empty.
 * What was changed is left in the scratch directory as oN/upper, where N is 0 for /, n for the n-th `mounted`, and
 * larger for parts of the home; unless it was in memory, because the store is in an overlay itself.
 */
struct machine;

struct machine *read_machine(struct spec *spec);
const struct room *machine_room(const struct machine *machine);
bool machine_is_privileged(const struct machine *machine);
bool machine_has_own_id(const struct machine *machine);

/*
 * Makes this process root of a user namespace in which every id is itself, or with none but the caller's own as 0.
 * Stages `user-namespace`, `id-map` and `namespace-powerless`.
 */
void enter_own_namespace(bool privileged);

/*
 * Assembles the root at /tmp/r. As real root before the namespace, as anybody else inside it. Places that can
 * only be had read-only are said on FD_STATUS as {"type":"read-only","index":N}: 0 is /, n the n-th `mounted`.
 */
void gather_machine(struct machine *machine);

#endif
