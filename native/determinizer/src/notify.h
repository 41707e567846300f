#ifndef DETERMINIZER_NOTIFY_H
#define DETERMINIZER_NOTIFY_H

#include <stdbool.h>

/* What the kernel was found to have. */
struct features {
	bool same_cpu_wake;  /* since Linux 6.6: answers do not cost a wake-up of another processor */
	bool descriptor_copy; /* since Linux 5.6: pidfd_getfd; container runtimes may forbid it */
	bool wait_killable;  /* since Linux 5.19: only fatal signals interrupt a call that is being answered */
};
extern struct features features;

/* Starts the threads that answer calls from `listener`. Returns an errno value or 0. */
int notify_start(void);

/* Around work that may wait for the callers themselves: another thread takes over meanwhile. */
void pool_leave(void);
void pool_return(void);

/* After the answer: the same thread's next call may be answered. */
struct call;
void turn_end(struct call *call);

#endif
