#ifndef SELFSAME_LIMITS_H
#define SELFSAME_LIMITS_H

#include <sys/types.h>

#include "init/plan.h"

/* Puts the plan's resource limits on a process of ours (0: this one); says what the host does not let it have. */
void set_limits(const struct plan *plan, pid_t pid);

/* Processors and niceness of the calling process and what it starts, if the plan says any. */
void set_scheduling(const struct plan *plan);

#endif
