#ifndef SELFSAME_PLAN_H
#define SELFSAME_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "common/spec.h"

enum { ARGUMENTS_MAX = 65536, VARIABLES_MAX = 4096, TEXTS_MAX = 4096, WATCHED_MAX = 64, RLIMITS_MAX = 32 };

/* A file of constant content. */
struct text {
	char *path;
	char *content;
};

struct wanted_limit {
	char *name;
	int resource;
	rlim_t soft;
	rlim_t hard;
};

/* Constants for the system calls whose answers come from us (answers.h). */
struct answers {
	bool wanted;
	/* CPUs shown, 1 to 1024. */
	unsigned cpus;
	/* Memory shown, bytes. */
	uint64_t memory;
	char *release;
	char *version;
};

/* Everything asked of one run. Zero means "no such limit" where a limit is zero. */
struct plan {
	char *arguments[ARGUMENTS_MAX + 1];
	size_t argument_count;
	char *variables[VARIABLES_MAX + 1];
	size_t variable_count;
	char *cwd;
	uint32_t uid;
	uint32_t gid;
	/* The command stays root of the namespace, with the few capabilities package scripts need. */
	bool as_root;
	/* We have one id, as root; the command gets it as these, in a user namespace of its own (ns/machine.h). */
	bool own_id;
	uint32_t own_uid;
	uint32_t own_gid;
	/* The command gets our own output, and our session (for a terminal) unless it has one of its own. */
	bool terminal;
	bool own_session;
	uint32_t umask;
	/* Size of the terminal the command gets instead of pipes; columns 0: none. */
	unsigned columns;
	unsigned rows;
	/* How many processors it may use, the first of ours; 0: all. Added to nice(1). */
	unsigned affinity;
	int niceness;
	/* Address-space layout the same in every run. */
	bool fixed_layout;
	/* Modification time of what we write, seconds since 1970. */
	int64_t epoch;
	/* Milliseconds. */
	uint64_t wall;
	/* Bytes; 0 when a control group enforces it. */
	uint64_t memory;
	uint64_t processes;
	/* Bytes in the writable places together. */
	uint64_t disk;
	char *watched[WATCHED_MAX];
	size_t watched_count;
	struct wanted_limit limits[RLIMITS_MAX];
	size_t limit_count;
	/* Account of the user, added to passwd and group of the environment if not there; name NULL: none. */
	struct {
		char *name;
		char *home;
		char *group; /* NULL: as the user */
	} account;
	/* Files written into the root before the command starts. */
	struct text files[TEXTS_MAX];
	size_t file_count;
	/* Directories made for the user. */
	char *directories[TEXTS_MAX];
	size_t directory_count;
	/* Constants laid over files that exist (of /proc). */
	struct text facts[TEXTS_MAX];
	size_t fact_count;
	/* Files of a /sys that holds nothing else. */
	struct text system[TEXTS_MAX];
	size_t system_count;
	struct answers answers;
	/* Configuration of the determinizer that runs the command, or NULL. */
	char *determinizer;
	/* Its log is the descriptor selfsame-ns kept. */
	bool log;
};

/* Reads the request; fails the program on anything unknown. The result points into `spec`. */
struct plan *read_plan(struct spec *spec);

#endif
