#ifndef DETERMINIZER_STATE_H
#define DETERMINIZER_STATE_H

#include <stdint.h>

/*
 * One page inside every determinised process: what its clock has told it so far, and who it is. The
 * code that replaces the vDSO (vdso-code.c) reads and counts in it without any call; the supervisor reads and
 * changes it through the process's memory. It is private memory, so a forked child starts with a copy.
 * The process may scribble on it: nothing in it is trusted, it can only mislead the process itself.
 */

/* Below every usual mapping, inside the low memory that the sanitizers leave free; rr uses the same page. */
#define STATE_ADDRESS 0x70000000ul
#define STATE_SIZE 4096ul
#define STATE_MAGIC 0x656d6173666c6573ull /* "selfsame" */

/* A call number no kernel has: the start-up stub says with it that the page could not be mapped. */
#define STATE_FAILED_CALL 0x3e1f5a3e

enum {
	STATE_WALL = 1, /* the wall clock is virtual */
	STATE_CPU = 2,  /* processor-time clocks are virtual */
	STATE_GETCPU = 4, /* always on processor 0 */
	STATE_COUNTER = 8, /* the time stamp counter is virtual: reading it faults, and our handler answers */
	STATE_GO = 32, /* a program whose runtime seeds its hashing with the monotonic clock when it starts */
	STATE_MONOTONIC = 64, /* the monotonic clock is virtual */
	STATE_COUNTER_REAL = 16, /* it is not, and must be made readable again after a program for which it was */
};

struct state {
	uint64_t magic;
	uint64_t entry;        /* where the program really starts */
	int64_t base_seconds;  /* first second the wall clock shows, since 1970 */
	uint64_t step_ns;      /* added at each reading */
	uint64_t quantum_ns;   /* readings are rounded down to this */
	uint64_t reads;        /* of the wall clock */
	uint64_t advanced_ns;  /* by sleeping, or by the stall rule */
	uint64_t cpu_reads;    /* of processor-time clocks */
	uint64_t stalls;       /* times the stall rule moved the clock */
	uint64_t stall_after_ns; /* real life after which the rule applies; 0 never */
	int64_t started_ns;    /* real monotonic time of the first checked reading */
	int64_t checked_ns;    /* and of the latest */
	uint64_t forks;        /* children with memory of their own so far, counted by the supervisor */
	uint64_t owner;        /* process number of whom this page belongs to; 0 until asked for */
	uint64_t lineage;      /* which fork of the program this is: 0 for the one that was executed */
	uint64_t child_lineage; /* of a child that copies this page now; 0 when it would share it */
	uint64_t random_used;  /* bytes taken from its random stream */
	uint64_t scope;        /* which command in the background of its shell this is, or is part of (background.c); 0 none */
	uint32_t image;        /* the supervisor's number of what runs here */
	uint32_t flags;
	uint32_t mapped_pages; /* to reserve before anything else is mapped, and before the heap begins: other addresses */
	uint32_t heap_pages;
};

/*
 * Reading the time stamp counter raises SIGSEGV, for which the process therefore has our handler. What the program
 * asks for that signal is kept here, and told back to it; the kernel keeps ours.
 */
#define STATE_MORE_OFFSET 512ul

/*
 * Go up to 1.21 extends the kernel's 16 random bytes to its 128 of hashing keys, 16 at a time, with one reading of
 * the monotonic clock each (runtime.extendRandom). These come first of all; they get constants, later ones are real.
 */
#define GO_SEEDS 7
struct signal_action {
	uint64_t handler, flags, restorer, mask; /* as rt_sigaction takes it */
};
/*
 * A wait that was asked for while the monotonic clock is virtual: when it is over in real time, what has passed on ours becomes at least
 * `target_ns`. Who waits for something else and gets it earlier, changes nothing.
 */
enum { WAITS = 32, MONOTONIC_BASE = 1000 /* seconds, the first that clock shows */ };
struct kept_wait {
	uint64_t key; /* thread or timer; 0 free */
	int64_t real_ns;
	uint64_t target_ns;
	uint64_t interval_ns; /* of timers that repeat */
};
struct state_more {
	uint64_t counter;
	uint64_t monotonic_reads; /* of a Go program, up to GO_SEEDS */
	uint64_t devices_opened;  /* openings of /dev/urandom and alike, counted by the supervisor … */
	uint64_t devices_lineage; /* … by the fork of this number; any other starts from 0 */
	struct signal_action program, ours; /* for SIGSEGV */
	/*
	 * Handlers that are to interrupt calls (no SA_RESTART) are called by ours, which does not let them interrupt those
	 * calls that the kernel alone would not have interrupted (signals.c).
	 */
	uint64_t on_signal, restorer; /* our code's addresses in this process; 0 until it runs */
	uint64_t wrapped;             /* a bit for each signal whose handler is called by ours */
	struct signal_action actions[64];
	struct kept_wait waits[WAITS];
	uint64_t waiting; /* not 0 if any wait was kept */
	uint64_t monotonic_ns; /* nanoseconds of the second of the last real reading of the monotonic clock; 0 none */
	uint64_t name_tried;   /* a temporary file's name made from it was refused (temporary-names.c) */
};
_Static_assert(STATE_MORE_OFFSET + sizeof(struct state_more) <= STATE_SIZE, "it is one page");

/* Fifth argument of an rt_sigaction or prctl that is our own code's, and not the program's; the kernel takes fewer. */
#define STATE_OWN_CALL 0x5e1f5a3e

#endif
