#ifndef DETERMINIZER_TARGET_MEMORY_H
#define DETERMINIZER_TARGET_MEMORY_H

#include "call.h"

/* What was kept of a program that ended reads and writes nothing, where the caller runs another since: opens that one's, after a `length` of 0. */
bool memory_ended(struct call *call, ssize_t length);

#endif
