#ifndef SELFSAME_LIMITS_H
#define SELFSAME_LIMITS_H

#include <sys/types.h>

#include "init/plan.h"

/* Puts the plan's resource limits on a process of ours (0: this one); says what the host does not let it have. */
void set_limits(const struct plan *plan, pid_t pid);

#endif
