#ifndef SELFSAME_STATUS_H
#define SELFSAME_STATUS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the init says to the process that asked for the run: JSON lines on FD_STATUS, read by
 * packages/selfsame/src/sandbox/container/status.ts. All of them:
 *   {"type":"not-fixed","what":TEXT}                      any number, before `started`; one from selfsame-ns
 *   {"type":"started"}                                    the command runs
 *   {"type":"not-started","stage":WORD,"reason":TEXT}     instead of `started`; nothing follows
 *   {"type":"ended","how":WORD,"value":NUMBER,"peakMemory":NUMBER}   last
 */

enum { STATUS_FD = 4 };

/* `how` of the last line; `value` is the exit status or signal number where there is one. */
enum ending { EXITED, SIGNALLED, TIMED_OUT, OUT_OF_MEMORY, DISK_LIMIT, FILE_SYSTEM_FULL, TOO_MANY_PROCESSES, CANCELLED, SUPERVISOR_DIED };

void say_not_fixed(const char *what);
void say_started(void);
void say_not_started(const char *stage, const char *reason);
void say_ended(enum ending how, int value, uint64_t peak_memory);

/* Writes `text` as a JSON string with quotes; at most `size` bytes, cut at a character if longer. */
void json_string(char *to, size_t size, const char *text);

#endif
