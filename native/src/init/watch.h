#ifndef SELFSAME_WATCH_H
#define SELFSAME_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "init/plan.h"
#include "init/status.h"

/* What is seen by looking now and then, where no limit of the kernel's says it exactly. Times are monotonic milliseconds. */
struct watch;

/*
 * Starts the one process that measures disks, before the command: so that process numbers in the sandbox
 * never depend on when something was measured.
 */
struct watch *start_watch(const struct plan *plan, int upper);

/* Looks; true with *how when a limit is passed. Has the disks measured for a tenth of the time at most. */
bool look(struct watch *watch, uint64_t now, enum ending *how);

/* The part of look() about processes and memory. */
bool look_at_processes(struct watch *watch, enum ending *how);

/* Readable when a measurement is done, which take_measurement() then takes in. */
int measurement_descriptor(const struct watch *watch);
void take_measurement(struct watch *watch);

/* After the command ended and all its processes are gone: true with *how if it ran out of room. */
bool final_look(struct watch *watch, bool failed, enum ending *how);

/* When to look next, milliseconds from now. */
uint64_t next_look(const struct watch *watch);

uint64_t peak_memory(const struct watch *watch);

/* Bytes on disk below the directory `fd` (which is closed), on its own mount only. */
uint64_t disk_usage(int fd);

#endif
