#ifndef DETERMINIZER_ENTRY_H
#define DETERMINIZER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "call.h"

/* What is kept of a caller between its calls. One call at a time uses it (`busy`). */
struct entry {
	struct entry *next;
	pid_t thread;
	int directory, memory;
	uint32_t image;
	pid_t process, inner_process, inner_thread; /* 0 until asked for */
	bool busy, forgotten;
	uint64_t used;
};

/* What is kept of a thread, for this call alone from now on. With `sure`, only if it has not ended. NULL: nothing that is free. */
struct entry *entry_find(pid_t thread, bool sure);
/* Opens the caller's directory, and keeps that if there is room. NULL: it is gone; `reason` is set. */
struct entry *entry_open(struct call *call);
/* Gives it back, or up, where it was forgotten meanwhile. */
void entry_release(struct entry *entry);
/* Has the thread that it was opened for ended? */
bool entry_is_gone(const struct entry *entry);

#endif
