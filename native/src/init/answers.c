#include "init/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Linux 6.6: wake the waiting process on our CPU, which saves about 50 µs a call in virtual machines. */
#define NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define NOTIF_FD_SYNC_WAKE_UP 1ull
/* Linux 5.19: only fatal signals interrupt a call that is being answered. */
#define FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#define TIOCSTI_REQUEST 0x5412u
#define TIOCLINUX_REQUEST 0x541Cu

#if defined __x86_64__
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#define NATIVE_MACHINE "x86_64"
#define COMPAT_MACHINE "i686"
#elif defined __aarch64__
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#define NATIVE_MACHINE "aarch64"
#define COMPAT_MACHINE "armv8l"
#else
#define NATIVE_ARCH 0
#define NATIVE_MACHINE ""
#define COMPAT_MACHINE ""
#endif

/* Numbers of the 32-bit calls on x86 (arch/x86/entry/syscalls/syscall_32.tbl). */
enum {
	I386_IOCTL = 54, I386_OLDOLDUNAME = 59, I386_SYSLOG = 103, I386_OLDUNAME = 109, I386_SYSINFO = 116, I386_UNAME = 122,
	I386_SETAFFINITY = 241, I386_GETAFFINITY = 242, I386_PERF = 336, I386_BPF = 357, I386_USERFAULTFD = 374, IO_URING_SETUP = 425,
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
/* If the loaded number is `number`, return `value`. */
#define CASE(number, value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RETURN(value)
/* If it is ioctl: refuse the two requests, allow the rest. Little-endian: the low half of argument 1. */
#define IOCTL_CASE(number) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 6), LOAD(args[1]), CASE(TIOCSTI_REQUEST, REFUSE(EPERM)), \
		CASE(TIOCLINUX_REQUEST, REFUSE(EPERM)), RETURN(SECCOMP_RET_ALLOW)
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

bool answers_known(void)
{
	return NATIVE_ARCH != 0;
}

#if defined __x86_64__ || defined __aarch64__
/* `ours` is what to do with calls we answer, `absent` with those that do not exist at this level. */
static int load_filter(unsigned ours, unsigned absent_flag, unsigned long flags)
{
	const unsigned absent = absent_flag ? REFUSE(ENOSYS) : SECCOMP_RET_ALLOW;
	const unsigned denied = absent_flag ? REFUSE(EPERM) : SECCOMP_RET_ALLOW;
	struct sock_filter code[] = {
		LOAD(arch),
#if defined __x86_64__
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 31),
		LOAD(nr),
		CASE(I386_UNAME, ours),
		CASE(I386_SYSINFO, ours),
		CASE(I386_GETAFFINITY, ours),
		CASE(I386_SETAFFINITY, ours),
		CASE(I386_OLDUNAME, absent),
		CASE(I386_OLDOLDUNAME, absent),
		CASE(I386_SYSLOG, denied),
		CASE(I386_PERF, absent),
		CASE(I386_BPF, absent),
		CASE(I386_USERFAULTFD, absent),
		CASE(IO_URING_SETUP, absent),
		IOCTL_CASE(I386_IOCTL),
		RETURN(SECCOMP_RET_ALLOW),
		LOAD(arch),
#endif
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
		RETURN(REFUSE(ENOSYS)),
		LOAD(nr),
#if defined __x86_64__
		/* The x32 table: the same calls under other numbers. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1),
		RETURN(REFUSE(ENOSYS)),
#endif
		CASE(SYS_uname, ours),
		CASE(SYS_sysinfo, ours),
		CASE(SYS_sched_getaffinity, ours),
		CASE(SYS_sched_setaffinity, ours),
		CASE(SYS_syslog, denied),
		CASE(SYS_perf_event_open, absent),
		CASE(SYS_bpf, absent),
		CASE(SYS_userfaultfd, absent),
		CASE(IO_URING_SETUP, absent),
		IOCTL_CASE(SYS_ioctl),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

int install_filter(const struct answers *answers, int *error)
{
	int listener;

	*error = 0;
	if (!answers->wanted) {
		if (load_filter(SECCOMP_RET_ALLOW, 0, 0) < 0)
			*error = errno;
		return -1;
	}
	listener = load_filter(SECCOMP_RET_USER_NOTIF, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE_RECV);
	if (listener < 0 && errno == EINVAL)
		listener = load_filter(SECCOMP_RET_USER_NOTIF, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0) {
		*error = errno;
		(void)load_filter(SECCOMP_RET_ALLOW, 1, 0);
	}
	return listener;
}

void install_refusals(int *error)
{
	*error = load_filter(SECCOMP_RET_ALLOW, 1, 0) < 0 ? errno : 0;
}
#else
void install_refusals(int *error)
{
	*error = ENOSYS;
}

int install_filter(const struct answers *answers, int *error)
{
	*error = answers->wanted ? ENOSYS : 0;
	return -1;
}
#endif

/* One call to be answered, and the memory of the process that made it. */
struct call {
	const struct seccomp_notif *request;
	int listener;
	int memory;
	bool compat;
};

/* True when the process still waits, so that its memory is really its own and not a successor's. */
static bool still_waits(const struct call *call)
{
	__u64 id = call->request->id;

	return ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static int give(const struct call *call, __u64 address, const void *bytes, size_t size)
{
	return pwrite(call->memory, bytes, size, (off_t)address) == (ssize_t)size ? 0 : -EFAULT;
}

static __u64 argument(const struct call *call, int index)
{
	__u64 value = call->request->data.args[index];

	return call->compat ? (value & 0xffffffffu) : value;
}

static bool has_compat_personality(pid_t pid)
{
	char path[48], text[16] = "";
	int fd;

	snprintf(path, sizeof path, "/proc/%d/personality", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	(void)!read(fd, text, sizeof text - 1);
	close(fd);
	return (strtoul(text, NULL, 16) & PER_MASK) == PER_LINUX32;
}

static int answer_uname(const struct call *call, const struct answers *answers)
{
	struct utsname name, own;

	memset(&name, 0, sizeof name);
	if (uname(&own) < 0)
		return -errno;
	strcpy(name.sysname, "Linux");
	memcpy(name.nodename, own.nodename, sizeof name.nodename);
	snprintf(name.release, sizeof name.release, "%s", answers->release);
	snprintf(name.version, sizeof name.version, "%s", answers->version);
	strcpy(name.machine, has_compat_personality((pid_t)call->request->pid) ? COMPAT_MACHINE : NATIVE_MACHINE);
	memcpy(name.domainname, own.domainname, sizeof name.domainname);
	return give(call, argument(call, 0), &name, sizeof name);
}

static int answer_sysinfo(const struct call *call, const struct answers *answers)
{
	struct sysinfo info;
	/* struct compat_sysinfo of the kernel (kernel/sys.c); memory in pages, as there for large machines. */
	struct {
		int32_t uptime;
		uint32_t loads[3], total, available, shared, buffer, swap, free_swap;
		uint16_t processes, padding;
		uint32_t high, free_high, unit;
		char rest[8];
	} compat;

	if (call->compat) {
		memset(&compat, 0, sizeof compat);
		compat.uptime = 1;
		compat.total = compat.available = (uint32_t)(answers->memory >> 12);
		compat.processes = 1;
		compat.unit = 4096;
		return give(call, argument(call, 0), &compat, sizeof compat);
	}
	memset(&info, 0, sizeof info);
	info.uptime = 1;
	info.totalram = info.freeram = answers->memory;
	info.procs = 1;
	info.mem_unit = 1;
	return give(call, argument(call, 0), &info, sizeof info);
}

/* 0, or -ESRCH for a process that does not exist. */
static int check_process(const struct call *call)
{
	pid_t pid = (pid_t)argument(call, 0);

	if (pid < 0 || (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH))
		return -ESRCH;
	return 0;
}

enum { MASK_MAX = 1024 / 8 };

static int answer_getaffinity(const struct call *call, const struct answers *answers)
{
	size_t unit = call->compat ? 4 : 8, length = (size_t)(argument(call, 1) & 0xffffffffu);
	size_t needed = (answers->cpus + unit * 8 - 1) / (unit * 8) * unit;
	unsigned char mask[MASK_MAX] = {0};
	int error = check_process(call);

	if (length % unit || length < needed)
		return -EINVAL;
	if (error)
		return error;
	for (unsigned cpu = 0; cpu < answers->cpus; cpu++)
		mask[cpu / 8] |= (unsigned char)(1u << cpu % 8);
	error = give(call, argument(call, 2), mask, needed);
	return error ? error : (int)needed;
}

static int answer_setaffinity(const struct call *call, const struct answers *answers)
{
	size_t length = (size_t)(argument(call, 1) & 0xffffffffu);
	unsigned char mask[MASK_MAX] = {0};
	int error = check_process(call);

	if (length > sizeof mask)
		length = sizeof mask;
	if (length > 0 && pread(call->memory, mask, length, (off_t)argument(call, 2)) != (ssize_t)length)
		return -EFAULT;
	if (error)
		return error;
	for (unsigned cpu = 0; cpu < answers->cpus; cpu++)
		if (mask[cpu / 8] & 1u << cpu % 8)
			return 0;
	return -EINVAL;
}

/* Results like the system call's: at least 0, or a negative errno value. */
static int answer(const struct call *call, const struct answers *answers)
{
#if defined __x86_64__
	if (call->compat) {
		switch (call->request->data.nr) {
		case I386_UNAME: return answer_uname(call, answers);
		case I386_SYSINFO: return answer_sysinfo(call, answers);
		case I386_GETAFFINITY: return answer_getaffinity(call, answers);
		case I386_SETAFFINITY: return answer_setaffinity(call, answers);
		default: return -ENOSYS;
		}
	}
#endif
	switch (call->request->data.nr) {
	case SYS_uname: return answer_uname(call, answers);
	case SYS_sysinfo: return answer_sysinfo(call, answers);
	case SYS_sched_getaffinity: return answer_getaffinity(call, answers);
	case SYS_sched_setaffinity: return answer_setaffinity(call, answers);
	default: return -ENOSYS;
	}
}

bool answer_one(int listener, const struct answers *answers)
{
	static bool prepared;
	struct seccomp_notif request;
	struct seccomp_notif_resp response;
	struct call call = {.request = &request, .listener = listener};
	char path[48];
	int result;

	if (!prepared) {
		(void)ioctl(listener, NOTIF_SET_FLAGS, NOTIF_FD_SYNC_WAKE_UP);
		prepared = true;
	}
	memset(&request, 0, sizeof request);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
		return errno == EINTR || errno == ENOENT; /* The process was killed meanwhile. */
	call.compat = request.data.arch != NATIVE_ARCH;
	snprintf(path, sizeof path, "/proc/%d/mem", (int)request.pid);
	call.memory = open(path, O_RDWR | O_CLOEXEC);
	if (call.memory < 0)
		result = -ENOSYS; /* Closed: never the machine's own answer. */
	else if (!still_waits(&call))
		result = -ESRCH;
	else
		result = answer(&call, answers);
	if (call.memory >= 0)
		close(call.memory);
	memset(&response, 0, sizeof response);
	response.id = request.id;
	response.error = result < 0 ? result : 0;
	response.val = result < 0 ? 0 : result;
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	return true;
}
