#ifndef DETERMINIZER_BACKGROUND_H
#define DETERMINIZER_BACKGROUND_H

#include "call.h"

/* A process is about to fork, for the `forks`th time; `listed`: the child will be among those that the kernel lists as this thread's. */
void background_fork(const struct call *call, bool listed);
/*
 * Was anything ever heard or seen of the latest fork of a process with one thread? Not if it failed, was begun anew, or was killed before
 * it had done anything that matters. True where that cannot be told.
 */
bool background_was_made(const struct call *call);
/* A process forks, executes or ends: if it is a fork that did not say anything yet, it is none in the background. */
void background_none(const struct call *call);
/* A fork of a shell ignores SIGINT: it is one in the background, and learns which one. */
void background_begins(struct call *call);
/* A process is no more. */
void background_end(const struct call *call);

#endif
