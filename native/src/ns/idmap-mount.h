#ifndef SELFSAME_IDMAP_MOUNT_H
#define SELFSAME_IDMAP_MOUNT_H

#include <stdbool.h>

#include "ns/identity.h"

/*
 * Binds `fd` at `target` so that ids 0 to 65535 on the disk are ids 0 to 65535 in the namespace: files that
 * real root made look as if the namespace's root had made them, as they do for an ordinary user. Needs
 * real root and a file system with idmapped mounts (mount_setattr(2)); false if either is missing.
 */
bool bind_with_ids(int fd, const char *target, const struct identity *identity);

#endif
