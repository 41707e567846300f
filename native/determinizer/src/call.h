#ifndef DETERMINIZER_CALL_H
#define DETERMINIZER_CALL_H

#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "image.h"
#include "state.h"

/* One system call of a determinised process that waits for our answer. */
struct call {
	const struct seccomp_notif *request;
	pid_t thread;          /* who calls, in our process numbers */
	/* After call_look, else NULL and -1: */
	struct entry *entry;   /* what we keep open of it (entry.c) */
	int directory;         /* its /proc directory: stays that process's, or fails */
	int memory;            /* its memory, or -1 */
	bool glances;          /* call_glance need not make sure whose directory it is */
	bool unsure;           /* and has not */
	struct image *image;
	struct state state;    /* its state page as it was when the call was received */
	bool has_state;
	bool opened;           /* `memory` was opened, or found to be the one of now, for this call */
	bool by_number;        /* the state page was read by the caller's number */
	uint64_t head_address; /* memory that was read together with it: */
	size_t head_length;
	char head[256];
	/* The answer: */
	int64_t value;
	int error;             /* errno value; 0 success */
	int reason;            /* errno value: why the caller could not be opened */
	bool go_on;            /* let the kernel perform the call as it stands */
	bool answered;         /* the handler has sent the answer itself */
	struct call *next;     /* of those that have their turn (notify.c) */
	bool has_turn;
};

static inline uint64_t argument(const struct call *call, int index)
{
	return call->request->data.args[index];
}

/* Arguments that the kernel takes as int. */
static inline int int_argument(const struct call *call, int index)
{
	return (int)(uint32_t)call->request->data.args[index];
}

/* The listening descriptor; shared by all threads. */
extern int listener;

/* Is the caller still waiting for this answer? Afterwards, what was opened by its number was certainly its own. */
bool call_waits(const struct call *call);

/* Sends the answer; false if nobody waits for it any more. */
bool call_answer(struct call *call);

/* Finds out what runs in the caller. False: it is gone, or cannot be looked into (then `error` is set). */
bool call_open(struct call *call);
void call_close(struct call *call);
/* Opens its /proc directory, for the few that need it. False as above. */
bool call_look(struct call *call);
/* And its memory, which stays that of the program that runs in it now, or fails; to be used after asking whether the call waits. */
bool call_memory(struct call *call);
/*
 * The same without making sure that the directory, kept from an earlier call, is still that of a living process. What is
 * found through it is the caller's; when nothing is found, call_was_mistaken tells whether to do it all again.
 */
bool call_glance(struct call *call);
bool call_was_mistaken(struct call *call);

/*
 * For a thread that also waits for something else than an answer of ours (`request` NULL), and cannot end before it has it: Linux lets not even a killed one
 * go whose request a file system in user space has read (request_wait_answer in fs/fuse/dev.c). `thread`, `request` and
 * nothing else are set. Closed by call_close.
 */
bool call_open_loosely(struct call *call);

/* Set when a process may execute a program without our seeing when: its memory is then opened for each call. */
extern _Atomic bool memory_may_be_another;
/* Forgets what is kept of a thread or process, before what it is changes. */
void target_forget(pid_t thread);
/* Remembers a program that was just executed. Takes over both descriptors. */
void target_learn(pid_t process, int directory, int memory, uint32_t image);
void targets_start(void);

/* Reads up to `length` bytes: the number read, 0 if the address is bad or the call does not wait any more. */
size_t target_read(const struct call *call, uint64_t address, void *bytes, size_t length);
/* Writes all of them, after making sure that the caller still waits. False: bad address or gone. */
bool target_write(struct call *call, uint64_t address, const void *bytes, size_t length);
/* Writes one field of the state page; failures do not matter. */
void target_write_state(struct call *call, size_t offset, const void *bytes, size_t length);
bool target_read_state(struct call *call, size_t offset, void *bytes, size_t length);

/* Reads a path: 0, or EFAULT or ENAMETOOLONG. */
int target_path(const struct call *call, uint64_t address, char path[PATH_MAX]);

/* The process number of the calling thread's process; 0 if unknown. With `inner`, as it sees itself. */
pid_t target_process(struct call *call, bool inner);
pid_t target_inner_thread(struct call *call);

/* A place in the file system, as openat and its relatives take it. */
struct place {
	int directory;
	int opened; /* what is ours to close, or -1 */
	char path[PATH_MAX + 64];
};

/*
 * Where a path of the caller leads, for calls of ours; 0 or an errno value. Of `flags`, AT_EMPTY_PATH allows an empty
 * path to mean `fd`; AT_SYMLINK_NOFOLLOW must be there if our call will have it.
 */
int place_find(struct call *call, int fd, const char *path, int flags, struct place *place);
/* Where the caller's relative or absolute paths start, below its /proc directory. */
void place_base(int fd, const char *path, char base[32]);
/* The path with "self" and "thread-self" below a /proc replaced by what they mean for the caller (self.c); false: there is none. */
bool self_named(struct call *call, int fd, const char *path, int flags, char *out, size_t size);
/*
 * Is this what a link to "self" of /proc would have led us to, where our own /proc is also the caller's? The program, working
 * directory or first descriptors of the supervisor.
 */
bool self_mistaken(const struct statx *file);
/* The same for a descriptor of the caller. */
void place_descriptor(struct call *call, int fd, struct place *place);
void place_close(struct place *place);
/*
 * After ENOENT: if the path ends in a link into /proc/self or alike, which means another process for us than
 * for the caller, replaces the place by the right one and returns true.
 */
bool place_retry(struct call *call, int fd, const char *path, int flags, struct place *place);

/* The supervisor's own /proc, in whose numbers callers are known to us. */
extern int proc_directory;

/* Set once any process may have changed its ids or root: from then on they are looked at for every call. */
extern _Atomic bool ids_may_differ, roots_may_differ;
/* Takes on the caller's file system ids and rights, if they may differ from the usual ones. */
bool become_caller(struct call *call);
/* The usual ones, for a thread of the supervisor: when it starts, and after a call for which it took on others. */
void become_usual(void);
/* Whether it had taken on others. */
bool become_usual_again(void);
/* Notes what the usual ones are. */
void ids_start(void);
/* Does this call, which changes ids, leave everybody's as they are? */
bool ids_stay(const struct call *call);

/* A copy of a descriptor of the caller, or -1 and errno. */
int target_descriptor(struct call *call, int fd);

#endif
