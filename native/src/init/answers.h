#ifndef SELFSAME_ANSWERS_H
#define SELFSAME_ANSWERS_H

#include <stdbool.h>

#include "init/plan.h"

/*
 * Answers of our own to the few system calls that tell which machine this is and that no mount can
 * cover: uname, sysinfo, sched_getaffinity; and sched_setaffinity, which is checked and then does
 * nothing, as CPUs shown need not exist. The kernel hands exactly these calls to us (seccomp user
 * notification) and runs all others at full speed. Calls that exist on some hosts only (io_uring,
 * perf events, userfaultfd, bpf, the kernel's log) do not exist at all.
 */

/*
 * Installs the filter for this process and all it starts, in the child before it becomes the command.
 * Always refuses to push characters into a terminal (TIOCSTI, TIOCLINUX). With `answers->wanted`,
 * returns the descriptor of the notifications; otherwise, or where the kernel cannot, -1 with *error 0
 * or an errno value (then only the refusals are in place).
 */
int install_filter(const struct answers *answers, int *error);

/* The same without any answers: only what is refused or absent. *error is 0 or an errno value. */
void install_refusals(int *error);

/* True if this program knows the machine's system calls. */
bool answers_known(void);

/* Answers one waiting notification. False when no process with the filter is left. */
bool answer_one(int listener, const struct answers *answers);

#endif
