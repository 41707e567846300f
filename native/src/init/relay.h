#ifndef SELFSAME_RELAY_H
#define SELFSAME_RELAY_H

#include <poll.h>

#include "init/plan.h"

/*
 * Carries the command's output to descriptors 5 and 6. The command gets real pipes that belong to its
 * user, so that /dev/stdout and /dev/stderr can be opened; what we were given are sockets of another
 * user's, which cannot. A command at a terminal gets the terminal itself. One that is to have a terminal of ours
 * gets the one end of it for input and output; what comes from the other goes to descriptor 5.
 */
struct relay;

struct relay *start_relay(const struct plan *plan);

/* The two descriptors for the command. */
const int *relay_ends(const struct relay *relay);

/* Closes our copies of them, once the command runs. */
void close_relay_ends(struct relay *relay);

/* Fills two entries with what is to be waited for; -1 where there is nothing. */
void prepare_relay(const struct relay *relay, struct pollfd *ends);

/* Moves what is there. Never blocks. */
void relay_output(struct relay *relay);

/* When no process of the sandbox is left: moves the rest, until the reader or `control` is closed. */
void finish_relay(struct relay *relay, int control);

#endif
