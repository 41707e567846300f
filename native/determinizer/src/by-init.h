#ifndef DETERMINIZER_BY_INIT_H
#define DETERMINIZER_BY_INIT_H

#include <stdbool.h>

/*
 * What this program says to the init of a sandbox that started it, in packets on the socket of --init-fd.
 * Texts are separated by NUL; native/src/init/determined.c is the other end:
 *   not-started STAGE TEXT   instead of `started`; the program ends
 *   ready                    from the command's own process (by its credentials), which waits for the answer `go`
 *   started                  the command runs
 *   ended STATUS             its wait status, last
 */

/* True when an init started us. */
bool by_init(void);

void init_not_started(const char *stage, const char *text);
/* In the command's process, as the last thing before it is executed: false when there is no answer. */
bool init_ready(void);
void init_started(void);
void init_ended(int status);

#endif
