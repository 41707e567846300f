#ifndef DETERMINIZER_IMAGE_H
#define DETERMINIZER_IMAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"

/*
 * A program that was executed: the unit that random streams and the log are keyed by. Its identity says
 * what it is, never when it started: SHA-256 of the parent's identity, the executable, the arguments, the
 * working directory, which of its shell's commands in the background it is part of, and which one it is among equal ones
 * there.
 */
struct image {
	uint32_t number; /* 1 and up; 0 stands for what was there before the first program */
	uint32_t parent;
	uint64_t twin; /* how many equal ones the same parent started before, in the same command in the background */
	uint64_t repeats; /* how many equal ones it started before at all */
	uint8_t identity[32];
	uint8_t random_key[32];
	_Atomic uint64_t counts[SOURCE_COUNT];
	_Atomic uint64_t calls;
	_Atomic uint64_t writes;
	_Atomic uint64_t loose_random; /* stream position of processes without a state page */
	bool orders_inputs;  /* also among files from before the run, whose order is that of the real clock */
	bool orders_by_time; /* compares file times: make, ninja, find … */
	bool go; /* made by Go's linker */
	bool shell; /* starts its children in the order of its text */
	bool debugs; /* traces others, which then could not survive a counter that faults */
	_Atomic bool threads; /* was seen with more than one */
	_Atomic bool reported;
};

enum { IMAGES_MAX = 1 << 22 };

void images_start(void);

/* The image of that number; number 0 and unknown ones give image 0. */
struct image *image_at(uint32_t number);

/* Where a program comes from: its parent, and the state page's `scope` of the process that became it. */
struct origin {
	uint32_t parent;
	uint64_t scope;
};

/*
 * Takes arguments that only say how many jobs run at once out of those of programs that run builds; `length` bytes with NULs.
 * Returns how many are left.
 */
size_t without_job_counts(const char *executable, char *arguments, size_t length);
/* Called with the directory of each program; the first counts. */
void note_start_place(const char *directory);
/* The length that is left, with a `.` for each path of that directory. */
size_t without_start_place(char *text, size_t length);

/* Registers a program; NULL when IMAGES_MAX is reached or memory ends. `arguments` are `length` bytes with NULs. */
struct image *image_new(const struct origin *origin, pid_t process, const char *executable, const char *arguments, size_t length, const char *directory);

static inline void image_count(struct image *image, enum source source)
{
	image->counts[source]++;
}

/* Says in the log, once, that its order is not determined. */
void image_has_threads(struct image *image);

/* Writes the line with what it consumed, once. */
void image_report(struct image *image);
/* Those of all that have none yet. */
void images_report(void);
uint32_t images_count(void);

#endif
