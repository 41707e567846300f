#ifndef DETERMINIZER_BACKGROUND_H
#define DETERMINIZER_BACKGROUND_H

#include "call.h"

/* A shell is about to fork; `separate`: not by sharing its memory, which is never for something in the background. */
void background_fork(const struct call *call, bool separate);
/* A process forks, executes or ends: if it is a fork of a shell that did not say anything yet, it is none in the background. */
void background_none(const struct call *call);
/* A fork of a shell ignores SIGINT: it is one in the background, and learns which one. */
void background_begins(struct call *call);
/* A shell is no more. */
void background_end(const struct call *call);

#endif
