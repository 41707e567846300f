#ifndef SELFSAME_COMMAND_H
#define SELFSAME_COMMAND_H

#include <sys/types.h>

#include "init/plan.h"

struct command {
	pid_t pid;
	/* Whom signals for the command are sent to: itself, also where pid is the determinizer's. */
	pid_t target;
	/* Notifications to answer, or -1. */
	int listener;
	/* Socket to the determinizer (determined.h), or -1; then pid is the determinizer's. */
	int determinizer;
};

/*
 * Starts the plan's command as its user. Says `started`, or says `not-started` and ends the program.
 * `output` becomes its standard output and standard error. It has the plan's environment, limits and
 * umask, no capabilities (or few, as root), no new
 * privileges, and descriptors 0 to 2 only.
 */
struct command start_command(const struct plan *plan, const int output[2]);

#endif
