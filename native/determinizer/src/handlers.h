#ifndef DETERMINIZER_HANDLERS_H
#define DETERMINIZER_HANDLERS_H

#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "call.h"

/*
 * One function for each system call that is seen (filter.c says which, and under what arguments). Each
 * sets the answer in the call; what it does not set is refused with ENOSYS.
 */
typedef void handler(struct call *call);

/* clock.c */
void clock_start(void);
/* First second the wall clock shows to a program. */
int64_t clock_base(const struct image *image);
/* Seconds between the epoch and what the clock and new files show of it, when the clock varies. */
int64_t clock_shift(void);
/* What is put in the state page when a program starts. */
void clock_state(struct state *state, const struct image *image);
handler handle_clock_gettime, handle_gettimeofday, handle_time, handle_nanosleep, handle_clock_nanosleep, handle_wait_only,
	handle_futex, handle_timer_settime, handle_timerfd_settime;

/* monotonic.c: only while the monotonic clock is virtual */
enum kept { KEPT_THREAD = 1, KEPT_TIMER, KEPT_TIMER_FD, KEPT_ALARM };
bool is_monotonic(int clock);
void monotonic_read(struct call *call);
/* Keeps in mind that the caller waits, or its timer (monotonic_timer) runs, for so long; 0 takes the timer's back. */
void monotonic_wait(struct call *call, int64_t nanoseconds);
/* The next wait that is kept for this call is a timer's. */
void monotonic_timer(struct call *call, enum kept kind, uint32_t number, const struct timespec *interval);
/* A deadline on the virtual clock, in the caller's memory: makes it as far away on the real one, and keeps it in mind. */
void monotonic_deadline(struct call *call, uint64_t address, int clock);
handler handle_setitimer, handle_alarm;

/* file-times.c */
void file_times_start(void);
/* Returns when whatever is written from now on has a stamp that is not before the start. */
void file_times_settle(void);
/* Real time from which on the stamps of files are those of the build, as config.start takes it. */
const char *file_times_began(void);
struct image;
/* A file's modification time as it is shown to a program. */
struct timespec file_time_shown(const struct statx *file, const struct image *image);
/* Access, change and birth times, and all times of directories. */
struct timespec file_time_constant(void);
enum file_time_set { FILE_TIME_AS_IS, FILE_TIME_NOW };
/* What a time that a program sets stands for; may change it to the kernel's scale. */
enum file_time_set file_time_asked(struct timespec *asked);
handler handle_utimensat, handle_utime, handle_utimes, handle_futimesat;

/* stat.c */
handler handle_stat, handle_lstat, handle_fstat, handle_newfstatat, handle_statx;
/* Does this lead the caller to a file? Else `error` is what it is told. `flags` as those of statx. */
bool file_is_there(struct call *call, int fd, const char *path, int flags);

/* ownership.c: while the command has one id, and that is not root's */
handler handle_chown, handle_lchown, handle_fchown, handle_fchownat;

/* inodes.c */
void inodes_start(void);
/* The number shown for a file; `where` leads to it, for the first time it is seen. */
uint64_t inode_shown(struct call *call, const struct statx *real, const struct place *where);
/* The number shown for an entry of a directory with that path, device and real number. */
uint64_t inode_of_entry(const char *directory, uint64_t device, uint64_t real, const char *name);
/* A modification time that a program set beyond the start of the run, and so must be shown as it is. */
void inode_set_time(const struct statx *file, struct timespec time);
bool inode_has_time(const struct statx *file);

/* directories.c */
handler handle_getdents, handle_getdents64;

/* randomness.c */
handler handle_getrandom, handle_fork, handle_clone3;
/* A new process, or the caller, gets the namespaces of these CLONE_NEW… flags (watch.c). */
void note_namespaces(uint64_t flags);
/* A page that was copied by fork still names the parent as its owner: the child takes it over. False: it is shared. */
bool claim_page(struct call *call);
/*
 * The key for what `thread` reads from a device it opens now, with the call that waits for us if that is how it does; another one for each
 * opening. With `step` -1 it did not open it after all.
 */
void random_device_key(pid_t thread, const struct seccomp_notif *request, int step, uint8_t key[32]);
/* 16 bytes for AT_RANDOM. */
void random_start_bytes(const struct image *image, uint8_t bytes[16]);

/* devices.c */
/* Makes the file system of random devices; `why` (160 bytes) is told where that cannot be done. Devices stay as they are then. */
bool devices_start(char *why);
/* Starts to serve it, and gives up its mount; after that it can be looked into. */
bool devices_serve(void);
/* The file system, to put its files over others; -1 none. Whoever does not serve it must close the other end. */
int devices_mount(void);
void devices_leave(void);
/* Shows a file of it as the device it stands for. */
bool device_shown(struct statx *file);

/* device-openings.c: without that file system */
/* Finds out whether openings can be answered, and so will be. Before there are threads. */
void devices_answer(void);
/* Will they? Then every opening of a file must be seen. */
bool devices_answered(void);
/* When all files are in place, before the command runs. */
bool devices_answer_start(void);
/* Says in the log what was opened past us. */
void devices_answer_report(void);
/* Answers the opening of a device; false: it is none. */
bool device_opened(struct call *call, int fd, uint64_t address, uint64_t flags);
/* Shows what lies in place of a device, and what was given for one, as the device it stands for. */
bool device_opening_shown(struct statx *file);

/* cpu.c, uname.c, sysinfo.c, statfs.c */
handler handle_sched_getaffinity, handle_getcpu, handle_uname, handle_sysinfo, handle_statfs, handle_fstatfs;

/* What the code in a process has counted is taken over, before it ends or becomes another program (watch.c). */
void take_counts(struct call *call);
/* watch.c: calls that are performed as they are, and noted */
handler handle_open, handle_creat, handle_openat, handle_openat2, handle_link, handle_linkat, handle_symlinkat, handle_rename, handle_renameat, handle_exit_group, handle_ids_change,
	handle_root_change, handle_prctl, handle_process_number, handle_failed_takeover, handle_other_architecture;

/*
 * temporary-names.c: is the name at this address one that the C library made from the real monotonic clock? Then the call
 * that makes it is to be answered with EEXIST. True at most twice in a row.
 */
bool is_clock_name(struct call *call, uint64_t path_address);
handler handle_mkdir;
/* Eight random bytes for the caller: as they are, or moved by the digits of a second name. */
void draw_for_name(struct call *call, uint8_t bytes[8]);

/* signals.c */
handler handle_rt_sigaction;

/* exec-hook.c */
handler handle_execve, handle_execveat;

/* What sysinfo(2) says to who asks first. */
void sysinfo_shown(struct sysinfo *shown);

#endif
