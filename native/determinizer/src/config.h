#ifndef DETERMINIZER_CONFIG_H
#define DETERMINIZER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

/* Every source of non-determinism, by its name in the configuration and in the log. */
#define SOURCES(X)                                                                                                                         \
	X(CLOCK, "clock")                                                                                                                      \
	X(FILE_TIMES, "fileTimes")                                                                                                             \
	X(DIRECTORY_ORDER, "directoryOrder")                                                                                                   \
	X(RANDOMNESS, "randomness")                                                                                                            \
	X(CPUS, "cpus")                                                                                                                        \
	X(UNAME, "uname")                                                                                                                      \
	X(SYSINFO, "sysinfo")                                                                                                                  \
	X(STATFS, "statfs")                                                                                                                    \
	X(INODES, "inodes")                                                                                                                    \
	X(TIME_STAMP_COUNTER, "timeStampCounter")                                                                                              \
	X(PIDS, "pids")                                                                                                                        \
	X(ADDRESS_SPACE, "addressSpace")                                                                                                       \
	X(ENVIRONMENT_SIZE, "environmentSize")                                                                                                 \
	X(MEMORY_POISON, "memoryPoison")                                                                                                       \
	X(DELAYS, "delays")

#define SOURCE_NUMBER(name, text) SOURCE_##name,
enum source { SOURCES(SOURCE_NUMBER) SOURCE_COUNT };
#undef SOURCE_NUMBER

extern const char *const source_names[SOURCE_COUNT];

enum mode { MODE_REAL, MODE_FIXED, MODE_VARY };

struct setting {
	enum mode mode;
	const char *seed; /* of MODE_VARY, else the configuration's */
};

/* How the program's arguments and configuration ask for it. docs/determinizer.md#configuration */
struct config {
	struct setting sources[SOURCE_COUNT];
	const char *seed;
	int64_t epoch;        /* seconds since 1970; SOURCE_DATE_EPOCH, or when the program started */
	const char *start;    /* when the whole build began, "seconds.nanoseconds"; NULL now */
	uint64_t clock_step;  /* nanoseconds a reading of the wall clock adds */
	uint64_t clock_quantum;
	uint64_t stall_seconds;
	bool hide_nanoseconds; /* of file times, except from programs that compare them */
	unsigned cpus;
	uint64_t memory;      /* bytes */
	const char *hostname, *release, *version;
	bool namespaces;      /* make our own (stand-alone), or run in the caller's */
	int64_t user, group;  /* the command's; -1 ours */
	const char *log;      /* path, NULL for none */
	uint64_t log_max;     /* bytes */
	bool log_writes;      /* one line for every file opened for writing */
	unsigned threads;     /* of the supervisor; 0 one per processor */
	int init;             /* socket to the sandbox's init that started us, or -1 */
	int log_descriptor;   /* already open, or -1 */
	bool session;         /* the command gets a session of its own */
};

extern struct config config;

static inline bool determined(enum source source)
{
	return config.sources[source].mode != MODE_REAL;
}

/* Everything fixed, stand-alone. */
void config_default(void);

/* Applies a JSON document; returns false with a reason in `why` (160 bytes). */
bool config_apply(const char *bytes, unsigned long length, char *why);

/* Applies `name=mode[,name=mode…]`, where `all` names every source. */
bool config_sources(const char *text, char *why);

/* What `vary` derives its numbers from: the same for the same seed. */
uint64_t varied(enum source source, const char *label, uint64_t index);

#endif
