#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

/*
 * Which calls are seen. All others run untouched. The kernel decides by the arguments as far as it can, so that
 * what needs no answer costs nothing: monotonic clocks, files opened for reading, "set to now".
 */

enum condition {
	ALWAYS,
	NOT_ZERO,  /* the argument */
	ZERO,      /* its lower half */
	OPENED,    /* by the flags `bits` to write, or by any but of directories where random devices are answered for */
	ANY_BIT,   /* of `bits`, in its lower half */
	SIGNAL,    /* as the first argument, one of `bits` (1 << number) or a real-time one that is set; not our own code's call */
	CLOCK_ID,  /* a wall clock or a processor-time clock */
	ANY_CLOCK, /* there is; not our own code's call */
	MILLISECONDS, /* more than 0 */
	TIME_OUT,  /* of a futex that is waited for */
	DEADLINE,  /* of a futex, on the wall clock: by flag, or by FUTEX_LOCK_PI, which knows no other */
	ATTRIBUTE, /* of a process, that we could not work without: `prctl` of the counter, or against being looked into; not our own code's */
	REFUSE,    /* with the error `bits`, or ENOSYS */
};

struct rule {
	int number;
	handler *handle;
	enum condition condition;
	int index; /* of the argument */
	uint32_t bits;
	enum source source; /* seen only when this is determined; SOURCE_COUNT always */
};

/* Signals that others send; those that the program's own code raises do not come while it waits for us. */
#define SIGNALS                                                                                                                            \
	(1u << SIGSEGV | 1u << SIGCHLD | 1u << SIGALRM | 1u << SIGUSR1 | 1u << SIGUSR2 | 1u << SIGVTALRM | 1u << SIGPROF | 1u << SIGWINCH |     \
		1u << SIGIO | 1u << SIGCONT | 1u << SIGURG | 1u << SIGHUP | 1u << SIGINT | 1u << SIGQUIT | 1u << SIGTERM)

enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };

static const struct rule rules[] = {
	{SYS_execve, handle_execve, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_execveat, handle_execveat, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_exit_group, handle_exit_group, ALWAYS, 0, 0, SOURCE_COUNT},
	{STATE_FAILED_CALL, handle_failed_takeover, ALWAYS, 0, 0, SOURCE_COUNT},

	{SYS_newfstatat, handle_newfstatat, ALWAYS, 0, 0, SOURCE_FILE_TIMES},
	{SYS_stat, handle_stat, ALWAYS, 0, 0, SOURCE_FILE_TIMES},
	{SYS_lstat, handle_lstat, ALWAYS, 0, 0, SOURCE_FILE_TIMES},
	{SYS_fstat, handle_fstat, ALWAYS, 0, 0, SOURCE_FILE_TIMES},
	{SYS_statx, handle_statx, ALWAYS, 0, 0, SOURCE_FILE_TIMES},
	{SYS_utimensat, handle_utimensat, NOT_ZERO, 2, 0, SOURCE_FILE_TIMES},
	{SYS_utime, handle_utime, NOT_ZERO, 1, 0, SOURCE_FILE_TIMES},
	{SYS_utimes, handle_utimes, NOT_ZERO, 1, 0, SOURCE_FILE_TIMES},
	{SYS_futimesat, handle_futimesat, NOT_ZERO, 2, 0, SOURCE_FILE_TIMES},

	{SYS_getdents, handle_getdents, ALWAYS, 0, 0, SOURCE_DIRECTORY_ORDER},
	{SYS_getdents64, handle_getdents64, ALWAYS, 0, 0, SOURCE_DIRECTORY_ORDER},

	{SYS_mkdir, handle_mkdir, ALWAYS, 0, 0, SOURCE_RANDOMNESS},
	{SYS_getrandom, handle_getrandom, ALWAYS, 0, 0, SOURCE_RANDOMNESS},
	{SYS_clone, handle_fork, ALWAYS, 0, 0, SOURCE_RANDOMNESS},
	{SYS_fork, handle_fork, ALWAYS, 0, 0, SOURCE_RANDOMNESS},
	{SYS_vfork, handle_fork, ALWAYS, 0, 0, SOURCE_RANDOMNESS},
	{SYS_clone3, handle_clone3, ALWAYS, 0, 0, SOURCE_RANDOMNESS},

	{SYS_clock_gettime, handle_clock_gettime, CLOCK_ID, 0, 0, SOURCE_CLOCK},
	{SYS_gettimeofday, handle_gettimeofday, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_time, handle_time, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_nanosleep, handle_nanosleep, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_clock_nanosleep, handle_clock_nanosleep, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_poll, handle_wait_only, ZERO, 1, 0, SOURCE_CLOCK},
	{SYS_ppoll, handle_wait_only, ZERO, 1, 0, SOURCE_CLOCK},
	{SYS_select, handle_wait_only, ZERO, 0, 0, SOURCE_CLOCK},
	{SYS_pselect6, handle_wait_only, ZERO, 0, 0, SOURCE_CLOCK},
	{SYS_futex, handle_futex, DEADLINE, 1, 0, SOURCE_CLOCK},
	{SYS_timer_settime, handle_timer_settime, ANY_BIT, 1, 1, SOURCE_CLOCK},
	{SYS_timerfd_settime, handle_timerfd_settime, ANY_BIT, 1, 1, SOURCE_CLOCK},

	{SYS_rt_sigaction, handle_rt_sigaction, SIGNAL, 0, SIGNALS, SOURCE_COUNT},
	{SYS_prctl, handle_prctl, ATTRIBUTE, 0, 0, SOURCE_COUNT},

	{SYS_uname, handle_uname, ALWAYS, 0, 0, SOURCE_UNAME},
	{SYS_sysinfo, handle_sysinfo, ALWAYS, 0, 0, SOURCE_SYSINFO},
	{SYS_sched_getaffinity, handle_sched_getaffinity, ALWAYS, 0, 0, SOURCE_CPUS},
	{SYS_getcpu, handle_getcpu, ALWAYS, 0, 0, SOURCE_CPUS},
	{SYS_statfs, handle_statfs, ALWAYS, 0, 0, SOURCE_STATFS},
	{SYS_fstatfs, handle_fstatfs, ALWAYS, 0, 0, SOURCE_STATFS},

	{SYS_openat, handle_openat, OPENED, 2, WRITES, SOURCE_COUNT},
	{SYS_open, handle_open, OPENED, 1, WRITES, SOURCE_COUNT},
	{SYS_creat, handle_creat, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_openat2, handle_openat2, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_link, handle_link, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_linkat, handle_linkat, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_symlink, handle_link, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_symlinkat, handle_symlinkat, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_rename, handle_rename, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_renameat, handle_renameat, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_renameat2, handle_renameat, ALWAYS, 0, 0, SOURCE_COUNT},

	{SYS_getpid, handle_process_number, ALWAYS, 0, 0, SOURCE_PIDS},
	{SYS_getppid, handle_process_number, ALWAYS, 0, 0, SOURCE_PIDS},

	{SYS_chown, handle_chown, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_lchown, handle_lchown, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_fchown, handle_fchown, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_fchownat, handle_fchownat, ALWAYS, 0, 0, SOURCE_COUNT},

	{SYS_setuid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setgid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setreuid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setregid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setresuid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setresgid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setfsuid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setfsgid, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setgroups, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_capset, handle_ids_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_chroot, handle_root_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_pivot_root, handle_root_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_unshare, handle_root_change, ALWAYS, 0, 0, SOURCE_COUNT},
	{SYS_setns, handle_root_change, ALWAYS, 0, 0, SOURCE_COUNT},

	/* Each would be a way around: processor numbers, calls nobody sees, counters, memory that waits for its reader. */
	{SYS_rseq, NULL, REFUSE, 0, 0, SOURCE_CPUS},
	{SYS_io_uring_setup, NULL, REFUSE, 0, 0, SOURCE_COUNT},
	{SYS_io_uring_enter, NULL, REFUSE, 0, 0, SOURCE_COUNT},
	{SYS_io_uring_register, NULL, REFUSE, 0, 0, SOURCE_COUNT},
	{SYS_perf_event_open, NULL, REFUSE, 0, 0, SOURCE_COUNT},
	{SYS_userfaultfd, NULL, REFUSE, 0, 0, SOURCE_COUNT},
	/* They read the real clock, or would set it for the whole machine. */
	{SYS_adjtimex, NULL, REFUSE, 0, EPERM, SOURCE_CLOCK},
	{SYS_clock_adjtime, NULL, REFUSE, 0, EPERM, SOURCE_CLOCK},
	{SYS_settimeofday, NULL, REFUSE, 0, EPERM, SOURCE_COUNT},
	{SYS_clock_settime, NULL, REFUSE, 0, EPERM, SOURCE_COUNT},
};

/* In place of those for the same calls when the monotonic clock is virtual: whatever waits for a time. */
static const struct rule monotonic_rules[] = {
	{SYS_clock_gettime, handle_clock_gettime, ANY_CLOCK, 0, 0, SOURCE_CLOCK},
	{SYS_poll, handle_wait_only, MILLISECONDS, 2, 0, SOURCE_CLOCK},
	{SYS_epoll_wait, handle_wait_only, MILLISECONDS, 3, 0, SOURCE_CLOCK},
	{SYS_epoll_pwait, handle_wait_only, MILLISECONDS, 3, 0, SOURCE_CLOCK},
	{SYS_epoll_pwait2, handle_wait_only, NOT_ZERO, 3, 0, SOURCE_CLOCK},
	{SYS_ppoll, handle_wait_only, NOT_ZERO, 2, 0, SOURCE_CLOCK},
	{SYS_select, handle_wait_only, NOT_ZERO, 4, 0, SOURCE_CLOCK},
	{SYS_pselect6, handle_wait_only, NOT_ZERO, 4, 0, SOURCE_CLOCK},
	{SYS_rt_sigtimedwait, handle_wait_only, NOT_ZERO, 2, 0, SOURCE_CLOCK},
	{SYS_semtimedop, handle_wait_only, NOT_ZERO, 3, 0, SOURCE_CLOCK},
	{SYS_io_getevents, handle_wait_only, NOT_ZERO, 4, 0, SOURCE_CLOCK},
	{SYS_recvmmsg, handle_wait_only, NOT_ZERO, 4, 0, SOURCE_CLOCK},
	{SYS_futex, handle_futex, TIME_OUT, 1, 0, SOURCE_CLOCK},
	{SYS_timer_settime, handle_timer_settime, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_timerfd_settime, handle_timerfd_settime, ALWAYS, 0, 0, SOURCE_CLOCK},
	{SYS_setitimer, handle_setitimer, ZERO, 0, 0, SOURCE_CLOCK},
	{SYS_alarm, handle_alarm, ALWAYS, 0, 0, SOURCE_CLOCK},
	{449 /* futex_waitv */, NULL, REFUSE, 0, 0, SOURCE_CLOCK},
	{454 /* futex_wake */, NULL, REFUSE, 0, 0, SOURCE_CLOCK},
	{455 /* futex_wait */, NULL, REFUSE, 0, 0, SOURCE_CLOCK},
	{456 /* futex_requeue */, NULL, REFUSE, 0, 0, SOURCE_CLOCK},
};

enum { MONOTONIC_RULES = sizeof monotonic_rules / sizeof *monotonic_rules };

static const struct rule *monotonic_rule(int number)
{
	for (int i = 0; config.monotonic && i < MONOTONIC_RULES; i++)
		if (monotonic_rules[i].number == number)
			return &monotonic_rules[i];
	return NULL;
}

enum { RULES = sizeof rules / sizeof *rules, INSTRUCTIONS_MAX = (RULES + MONOTONIC_RULES) * 12 + 32, X32_BIT = 0x40000000 };

static bool active(const struct rule *rule)
{
	if (rule->handle == handle_fork || rule->handle == handle_clone3)
		return true; /* who shares memory with whom, and who is in other namespaces */
	if (rule->handle == handle_rt_sigaction)
		return determined(SOURCE_CLOCK) || determined(SOURCE_RANDOMNESS) || determined(SOURCE_CPUS) || determined(SOURCE_TIME_STAMP_COUNTER);
	if (rule->handle == handle_link || rule->handle == handle_linkat || rule->handle == handle_symlinkat)
		return (config.log || config.log_descriptor >= 0) && config.log_writes; /* only to be noted */
	if (rule->handle == handle_chown || rule->handle == handle_lchown || rule->handle == handle_fchown || rule->handle == handle_fchownat)
		return config.own_id && config.user > 0;
	if (rule->handle == handle_process_number)
		return config.sources[SOURCE_PIDS].mode == MODE_VARY;
	if (rule->source == SOURCE_FILE_TIMES && rule->number != SYS_utimensat && determined(SOURCE_INODES))
		return true; /* what describes files shows their numbers, too */
	return rule->source == SOURCE_COUNT || determined(rule->source);
}

handler *handler_of(int number)
{
	for (int i = 0; i < RULES; i++)
		if (rules[i].number == number)
			return rules[i].handle;
	const struct rule *rule = monotonic_rule(number);
	return rule ? rule->handle : NULL;
}

struct program {
	struct sock_filter code[INSTRUCTIONS_MAX];
	unsigned short length;
};

static void emit(struct program *program, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (program->length < INSTRUCTIONS_MAX)
		program->code[program->length++] = (struct sock_filter){code, yes, no, k};
}

static void load(struct program *program, size_t offset)
{
	emit(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void give(struct program *program, uint32_t result)
{
	emit(program, BPF_RET | BPF_K, result, 0, 0);
}

static void add_rule(struct program *program, const struct rule *rule)
{
	uint32_t low = (uint32_t)offsetof(struct seccomp_data, args) + 8u * (uint32_t)rule->index, high = low + 4;
	/* The number of instructions to skip is filled in at the end. */
	unsigned short jump = program->length;
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->number, 0, 0);
	switch (rule->condition) {
	case ALWAYS:
		give(program, SECCOMP_RET_USER_NOTIF);
		break;
	case REFUSE:
		give(program, SECCOMP_RET_ERRNO | (rule->bits ? rule->bits : ENOSYS));
		break;
	case NOT_ZERO:
		load(program, low);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
		load(program, high);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case ZERO:
		load(program, low);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case ANY_BIT:
		load(program, low);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->bits, 0, 1);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case OPENED:
		load(program, low);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->bits, devices_answered() ? 2 : 1, 0);
		if (devices_answered())
			emit(program, BPF_JMP | BPF_JSET | BPF_K, O_PATH | O_DIRECTORY, 0, 1);
		give(program, SECCOMP_RET_ALLOW);
		give(program, SECCOMP_RET_USER_NOTIF);
		break;
	case ANY_CLOCK:
		load(program, (uint32_t)offsetof(struct seccomp_data, args) + 32);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, STATE_OWN_CALL, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case MILLISECONDS:
		load(program, low);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, 0x80000000u, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case TIME_OUT:
		/* The operations that wait have their time-out third from here; others have a number there. */
		load(program, low);
		emit(program, BPF_ALU | BPF_AND | BPF_K, 127, 0, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAIT, 5, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAIT_BITSET, 4, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, FUTEX_LOCK_PI, 3, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAIT_REQUEUE_PI, 2, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 13 /* FUTEX_LOCK_PI2 */, 1, 0);
		give(program, SECCOMP_RET_ALLOW);
		load(program, low + 16);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
		load(program, high + 16);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case SIGNAL:
		load(program, (uint32_t)offsetof(struct seccomp_data, args) + 32);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, STATE_OWN_CALL, 0, 0);
		load(program, low);
		/*
		 * The number becomes a bit: 1 << number, for numbers below 32. Those above are seen only when they are set: many programs ask
		 * for all of them when they start. 32 and 33 are the C library's own.
		 */
		emit(program, BPF_JMP | BPF_JGE | BPF_K, 32, 4, 0);
		emit(program, BPF_MISC | BPF_TAX, 0, 0, 0);
		emit(program, BPF_LD | BPF_IMM, 1, 0, 0);
		emit(program, BPF_ALU | BPF_LSH | BPF_X, 0, 0, 0);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, rule->bits, 6, 7);
		emit(program, BPF_JMP | BPF_JGE | BPF_K, 34, 0, 6);
		emit(program, BPF_JMP | BPF_JGE | BPF_K, 65, 5, 0);
		load(program, low + 8);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
		load(program, high + 8);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		program->code[jump + 2].jt = (uint8_t)(program->length - 1 - (jump + 3));
		break;
	case CLOCK_ID:
		load(program, low);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, 0x80000000u, 7, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0 /* REALTIME */, 6, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 2 /* PROCESS_CPUTIME_ID */, 5, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 3 /* THREAD_CPUTIME_ID */, 4, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 5 /* REALTIME_COARSE */, 3, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 8 /* REALTIME_ALARM */, 2, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, 11 /* TAI */, 1, 0);
		emit(program, BPF_JMP | BPF_JGE | BPF_K, 16 /* AUX, since Linux 6.17 */, 0, 1);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case DEADLINE:
		load(program, low);
		emit(program, BPF_JMP | BPF_JSET | BPF_K, FUTEX_CLOCK_REALTIME, 2, 0);
		emit(program, BPF_ALU | BPF_AND | BPF_K, (uint32_t)FUTEX_CMD_MASK, 0, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, FUTEX_LOCK_PI, 0, 1);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	case ATTRIBUTE:
		load(program, low);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, PR_SET_DUMPABLE, 3, 0);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, PR_SET_TSC, 0, 3);
		load(program, (uint32_t)offsetof(struct seccomp_data, args) + 32);
		emit(program, BPF_JMP | BPF_JEQ | BPF_K, STATE_OWN_CALL, 1, 0);
		give(program, SECCOMP_RET_USER_NOTIF);
		give(program, SECCOMP_RET_ALLOW);
		break;
	}
	program->code[jump].jf = (uint8_t)(program->length - jump - 1);
}

static void build(struct program *program)
{
	load(program, offsetof(struct seccomp_data, arch));
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	give(program, SECCOMP_RET_USER_NOTIF); /* 32-bit: refused and reported */
	load(program, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < RULES; i++)
		if (active(&rules[i]) && !monotonic_rule(rules[i].number))
			add_rule(program, &rules[i]);
	for (int i = 0; config.monotonic && i < MONOTONIC_RULES; i++)
		add_rule(program, &monotonic_rules[i]);
	/* The x32 calls are the same ones by other numbers; -1 is a call that a debugger has skipped. */
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 2, 0);
	emit(program, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1);
	give(program, SECCOMP_RET_ERRNO | ENOSYS);
	give(program, SECCOMP_RET_ALLOW);
}

int filter_install(bool *wait_killable)
{
	static struct program program;
	build(&program);
	struct sock_fprog whole = {program.length, program.code};
	if (program.length == INSTRUCTIONS_MAX)
		return -E2BIG;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	*wait_killable = true;
	long fd = -1;
	errno = EINVAL;
	if (!without(FEATURE_WAIT_KILLABLE))
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &whole);
	if (fd < 0 && errno == EINVAL) {
		*wait_killable = false;
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &whole);
	}
	return fd < 0 ? -errno : (int)fd;
}
