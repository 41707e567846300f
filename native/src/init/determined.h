#ifndef SELFSAME_DETERMINED_H
#define SELFSAME_DETERMINED_H

#include <stdbool.h>

#include "init/command.h"
#include "init/plan.h"

/*
 * A command that the determinizer runs (docs/determinizer.md): it is our child, root of the sandbox, and the
 * command lives in a process namespace below, where it can neither see nor signal it. They talk to us over a
 * socket (native/determinizer/src/by-init.h).
 */

/* Starts both. Like start_command (command.h): returns when the command runs, or says why it does not and exits. */
struct command start_determined(const struct plan *plan, const int output[2]);

/* The command's wait status, once the determinizer has ended; false when it has not said any. */
bool determined_status(const struct command *command, int *status);

/* Has the determinizer end the command and finish its log, for half a second at most. */
void stop_determined(const struct command *command);

#endif
