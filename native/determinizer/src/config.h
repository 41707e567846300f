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

/* What a kernel may lack, or a host forbid. */
#define FEATURES(X)                                                                                                                        \
	X(FUSE, "fuse")                                                                                                                        \
	X(CONTINUE, "continue")                                                                                                                \
	X(WAIT_KILLABLE, "waitKillable")                                                                                                       \
	X(SYNC_WAKE_UP, "syncWakeUp")                                                                                                          \
	X(DESCRIPTOR_COPY, "descriptorCopy")                                                                                                   \
	X(ADD_DESCRIPTOR, "addDescriptor")                                                                                                    \
	X(NEW_MOUNTS, "newMounts")                                                                                                             \
	X(PROMPTNESS, "promptness")                                                                                                            \
	X(VDSO_NAMES, "vdsoNames")                                                                                                             \
	X(VDSO_ROOM, "vdsoRoom")                                                                                                               \
	X(VDSO, "vdso")

#define FEATURE_NUMBER(name, text) FEATURE_##name,
/* Without promptness the supervisor stops itself before it writes what was asked for at the first of these addresses; at the second it
   waits for a second, but only once. */
#define PAUSE_ADDRESS 0x61000000ul
#define PAUSE_ONCE_ADDRESS 0x61001000ul
enum feature { FEATURES(FEATURE_NUMBER) FEATURE_COUNT };
#undef FEATURE_NUMBER

enum masks { MASKS_DEFAULT, MASKS_NONE, MASKS_DEVICES, MASKS_ALL };

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
	bool monotonic;       /* the monotonic clock is virtual, too */
	bool hide_nanoseconds; /* of file times, except from programs that compare them */
	unsigned cpus;
	uint64_t memory;      /* bytes */
	const char *hostname, *release, *version, *machine, *domain;
	uint64_t block_size;  /* of file systems, bytes: a power of two */
	int64_t personality;  /* bits of personality(2) the command has besides ours */
	bool namespaces;      /* make our own (stand-alone), or run in the caller's */
	int64_t user, group;  /* the command's; -1 ours */
	const char *log;      /* path, NULL for none */
	uint64_t log_max;     /* bytes */
	bool log_writes;      /* one line for every file opened for writing */
	enum masks masks;     /* files put over those that tell */
	int64_t fuse;         /* an open /dev/fuse; -1 it is opened by its name */
	bool without[FEATURE_COUNT]; /* for tests: as if the kernel did not have it */
	unsigned threads;     /* of the supervisor; 0 one per processor */
	int init;             /* socket to the sandbox's init that started us, or -1 */
	int log_descriptor;   /* already open, or -1 */
	bool own_id;          /* user and group are the caller's own, by other numbers in a user namespace */
	bool session;         /* the command gets a session of its own */
};

extern struct config config;

static inline bool determined(enum source source)
{
	return config.sources[source].mode != MODE_REAL;
}

static inline bool without(enum feature feature)
{
	return config.without[feature];
}

/* Everything fixed, stand-alone. */
void config_default(void);

/* Applies a JSON document; returns false with a reason in `why` (160 bytes). */
bool config_apply(const char *bytes, unsigned long length, char *why);

/* Applies `name=mode[,name=mode…]`, where `all` names every source. */
bool config_sources(const char *text, char *why);

/* Something of the layout of the address space: 1 to `most` when it varies, the same for the same seed; else 0. */
uint32_t layout_number(const char *label, uint32_t most);

/* What `vary` derives its numbers from: the same for the same seed. */
uint64_t varied(enum source source, const char *label, uint64_t index);

#endif
