/*
 * Runs inside the determinised processes, in place of the kernel's vDSO. Compiled without sanitizers,
 * stack protector or anything else that would refer to code or data elsewhere. docs/determinizer.md#clock
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#include "vdso-code.h"

#define BLOB __attribute__((section("vdso_blob"), used, noinline))
#define STATE ((struct state *)STATE_ADDRESS)
#define MORE ((struct state_more *)(STATE_ADDRESS + STATE_MORE_OFFSET))

_Static_assert(offsetof(struct state, entry) == 8, "the stub jumps through the second word");
_Static_assert(sizeof(struct state) == 160, "the stub copies 20 words");

/* All registers are zero when a program starts (System V ABI leaves them unspecified, the kernel clears them). */
__asm__(".pushsection vdso_blob,\"ax\",@progbits\n"
	".balign 16\n"
	".globl vdso_template\nvdso_template:\n"
	".fill 160,1,0\n"
	".globl vdso_stub\nvdso_stub:\n"
	"mov $9,%eax\n"           /* mmap */
	"mov $0x70000000,%edi\n"
	"mov $4096,%esi\n"
	"mov $3,%edx\n"           /* readable, writable */
	"mov $0x100022,%r10d\n"   /* MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE */
	"mov $-1,%r8\n"
	"xor %r9d,%r9d\n"
	"syscall\n"
	"cmp $0x70000000,%rax\n"
	"jne 1f\n"
	"lea vdso_template(%rip),%rsi\n"
	"mov $20,%ecx\n"
	"cld\n"
	"rep movsq\n"
	"call vdso_arm\n"
	"xor %eax,%eax\nxor %ecx,%ecx\nxor %edx,%edx\nxor %esi,%esi\nxor %edi,%edi\n"
	"xor %r8d,%r8d\nxor %r9d,%r9d\nxor %r10d,%r10d\nxor %r11d,%r11d\n"
	"jmp *0x70000008\n"
	"1: mov $0x3e1f5a3e,%eax\n"
	"syscall\n"
	"ud2\n"
	".balign 16\n"
	".popsection\n");

static inline long call2(long number, long first, long second)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
	return result;
}

/* The real monotonic clock, past the filter. */
BLOB static int64_t own_now(void)
{
	long result;
	struct timespec now = {0, 0};
	register long own __asm__("r8") = STATE_OWN_CALL;
	__asm__ volatile("syscall"
					 : "=a"(result)
					 : "0"((long)SYS_clock_gettime), "D"((long)CLOCK_MONOTONIC), "S"(&now), "r"(own)
					 : "rcx", "r11", "memory");
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Takes into account the waits that are over. Two threads at once may count one twice or not; the next reading sees to it. */
BLOB static void settle_waits(void)
{
	int64_t now = own_now();
	for (struct kept_wait *wait = MORE->waits; wait < MORE->waits + WAITS; wait++) {
		if (!wait->key || now < wait->real_ns)
			continue;
		uint64_t passed = STATE->reads * STATE->step_ns + STATE->advanced_ns, target = wait->target_ns, interval = wait->interval_ns;
		if (interval) {
			uint64_t times = (uint64_t)(now - wait->real_ns) / interval;
			target += times * interval;
			wait->target_ns = target + interval;
			wait->real_ns += (int64_t)((times + 1) * interval);
		} else {
			wait->key = 0;
		}
		if (target > passed)
			__atomic_add_fetch(&STATE->advanced_ns, target - passed, __ATOMIC_RELAXED);
	}
}

/*
 * The stall rule: a program that has run for long and reads the clock slowly, over and over, waits for a
 * time that a clock counting its own readings would never reach. It is then moved by the real time since
 * the last check. Slow means: 16 readings took more than a second, or a tenth of one in the third such time and later.
 */
BLOB static void check_stall(void)
{
	int64_t at = own_now();
	if (STATE->started_ns == 0)
		STATE->started_ns = STATE->checked_ns = at;
	int64_t since = at - STATE->checked_ns;
	STATE->checked_ns = at;
	int64_t life = at - STATE->started_ns, after = (int64_t)STATE->stall_after_ns;
	if (since > (life / 2 > after ? 100000000ll : 1000000000ll) && life > after) {
		STATE->advanced_ns += (uint64_t)since;
		STATE->stalls++;
	}
}

/* Nanoseconds that have passed for this program, of which this reading is a part. */
BLOB static uint64_t read_passed(void)
{
	uint64_t reads = __atomic_add_fetch(&STATE->reads, 1, __ATOMIC_RELAXED);
	if (STATE->stall_after_ns && (reads & 15) == 0)
		check_stall();
	if ((STATE->flags & STATE_MONOTONIC) && MORE->waiting)
		settle_waits();
	return reads * STATE->step_ns + STATE->advanced_ns;
}

/* Nanoseconds since `base_seconds`. */
BLOB static uint64_t read_wall(void)
{
	uint64_t at = read_passed();
	return at - at % STATE->quantum_ns;
}

BLOB long vdso_clock_gettime(int clock, struct timespec *at)
{
	unsigned flags = STATE->flags;
	if ((clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI) && (flags & STATE_WALL)) {
		uint64_t ns = read_wall();
		at->tv_sec = STATE->base_seconds + (int64_t)(ns / 1000000000u);
		at->tv_nsec = (long)(ns % 1000000000u);
		return 0;
	}
	if ((clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock < 0) && (flags & STATE_CPU)) {
		uint64_t ns = __atomic_add_fetch(&STATE->cpu_reads, 1, __ATOMIC_RELAXED) * 1000u;
		at->tv_sec = (int64_t)(ns / 1000000000u);
		at->tv_nsec = (long)(ns % 1000000000u);
		return 0;
	}
	if (clock == CLOCK_MONOTONIC && (flags & STATE_GO) && MORE->monotonic_reads < GO_SEEDS) {
		at->tv_sec = 1;
		at->tv_nsec = (long)++MORE->monotonic_reads;
		return 0;
	}
	if ((flags & STATE_MONOTONIC) &&
		(clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME)) {
		uint64_t ns = read_passed();
		at->tv_sec = MONOTONIC_BASE + (int64_t)(ns / 1000000000u);
		at->tv_nsec = (long)(ns % 1000000000u);
		return 0;
	}
	long result = call2(SYS_clock_gettime, clock, (long)at);
	if (clock == CLOCK_MONOTONIC && !result && at) {
		MORE->monotonic_ns = (uint64_t)at->tv_nsec;
		MORE->name_tried = 0;
	}
	return result;
}

BLOB long vdso_clock_getres(int clock, struct timespec *at)
{
	return call2(SYS_clock_getres, clock, (long)at);
}

BLOB long vdso_gettimeofday(struct timeval *at, void *zone)
{
	if (!(STATE->flags & STATE_WALL))
		return call2(SYS_gettimeofday, (long)at, (long)zone);
	if (at) {
		uint64_t ns = read_wall();
		at->tv_sec = STATE->base_seconds + (int64_t)(ns / 1000000000u);
		at->tv_usec = (long)(ns % 1000000000u / 1000u);
	}
	if (zone)
		*(int64_t *)zone = 0;
	return 0;
}

BLOB long vdso_time(int64_t *at)
{
	int64_t now;
	if (STATE->flags & STATE_WALL)
		now = STATE->base_seconds + (int64_t)(read_wall() / 1000000000u);
	else
		now = call2(SYS_time, 0, 0);
	if (at)
		*at = now;
	return now;
}

BLOB long vdso_getcpu(unsigned *cpu, unsigned *node)
{
	if (!(STATE->flags & STATE_GETCPU))
		return call2(SYS_getcpu, (long)cpu, (long)node);
	if (cpu)
		*cpu = 0;
	if (node)
		*node = 0;
	return 0;
}

/* For what must be asked of the kernel, where it is seen: the C library then makes the call. */
BLOB long vdso_refused(void)
{
	return -ENOSYS;
}

static inline long own_action(const struct signal_action *action)
{
	long result;
	register long size __asm__("r10") = 8;
	register long own __asm__("r8") = STATE_OWN_CALL;
	__asm__ volatile("syscall"
					 : "=a"(result)
					 : "0"((long)SYS_rt_sigaction), "D"((long)SIGSEGV), "S"(action), "d"(0l), "r"(size), "r"(own)
					 : "rcx", "r11", "memory");
	return result;
}

static inline long change_mask(long how, const uint64_t *mask)
{
	long result;
	register long size __asm__("r10") = 8;
	__asm__ volatile("syscall"
					 : "=a"(result)
					 : "0"((long)SYS_rt_sigprocmask), "D"(how), "S"(mask), "d"(0l), "r"(size)
					 : "rcx", "r11", "memory");
	return result;
}

static inline void counter_mode(long mode)
{
	long result;
	register long own __asm__("r8") = STATE_OWN_CALL;
	__asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_prctl), "D"((long)PR_SET_TSC), "S"(mode), "r"(own) : "rcx", "r11", "memory");
}

/* rt_sigreturn, where the kernel expects the handler to return to. */
__asm__(".pushsection vdso_blob,\"ax\",@progbits\nvdso_restorer:\nmov $15,%eax\nsyscall\n.popsection\n");
extern const unsigned char vdso_restorer[] __attribute__((visibility("hidden")));

BLOB static void on_fault(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	greg_t *registers = at->uc_mcontext.gregs;
	struct signal_action *program = &MORE->program;
	if (info->si_code == SI_KERNEL) {
		const unsigned char *code = (const unsigned char *)registers[REG_RIP];
		int length = code[0] != 0x0f ? 0 : code[1] == 0x31 ? 2 : code[1] == 0x01 && code[2] == 0xf9 ? 3 : 0;
		if (length) {
			/* Rounded down, like the clock, so that it seldom shows which thread was first. */
			uint64_t counter = ((__atomic_add_fetch(&MORE->counter, 1, __ATOMIC_RELAXED) >> 10) + 1) << 21;
			registers[REG_RAX] = (uint32_t)counter;
			registers[REG_RDX] = (greg_t)(counter >> 32);
			if (length == 3)
				registers[REG_RCX] = 0;
			registers[REG_RIP] += length;
			return;
		}
	}
	if (program->handler > 1) {
		void (*handler)(int, siginfo_t *, void *) = (void (*)(int, siginfo_t *, void *))program->handler;
		if (program->flags & SA_RESETHAND)
			program->handler = 0;
		/* Not the fault itself, or reading the counter in the handler would end the program. */
		uint64_t mask = program->mask & ~(1ull << (SIGSEGV - 1));
		change_mask(SIG_BLOCK, &mask);
		handler(number, info, context);
		return;
	}
	if (program->handler == 1 && info->si_code <= 0)
		return;
	/* The program wants none: it ends as it would have, by the same instruction or signal again. */
	MORE->ours.handler = 0;
	own_action(&MORE->ours);
	if (info->si_code <= 0)
		call2(SYS_kill, call2(SYS_getpid, 0, 0), SIGSEGV);
}

/*
 * The calls that Linux breaks off for a handler without SA_RESTART and restarts for others (signal(7)), and of those that it always
 * breaks off the ones that also wait for the supervisor. open and openat do so for a FIFO.
 */
#define TEXT_OF(number) #number
#define ENTRY(number) ".short " TEXT_OF(number) "\n"
__asm__(".pushsection vdso_blob,\"ax\",@progbits\n.balign 2\nvdso_waits:\n"
	ENTRY(SYS_read) ENTRY(SYS_write) ENTRY(SYS_readv) ENTRY(SYS_writev) ENTRY(SYS_pread64) ENTRY(SYS_pwrite64) ENTRY(SYS_preadv)
	ENTRY(SYS_pwritev) ENTRY(SYS_preadv2) ENTRY(SYS_pwritev2) ENTRY(SYS_wait4) ENTRY(SYS_waitid) ENTRY(SYS_futex) ENTRY(SYS_ioctl)
	ENTRY(SYS_fcntl) ENTRY(SYS_flock) ENTRY(SYS_connect) ENTRY(SYS_accept) ENTRY(SYS_accept4) ENTRY(SYS_sendto) ENTRY(SYS_recvfrom)
	ENTRY(SYS_sendmsg) ENTRY(SYS_recvmsg) ENTRY(SYS_sendmmsg) ENTRY(SYS_recvmmsg) ENTRY(SYS_mq_timedsend) ENTRY(SYS_mq_timedreceive)
	ENTRY(SYS_sendfile) ENTRY(SYS_splice) ENTRY(SYS_tee) ENTRY(SYS_vmsplice) ENTRY(SYS_copy_file_range) ENTRY(SYS_msgsnd) ENTRY(SYS_msgrcv)
	ENTRY(SYS_semop) ENTRY(SYS_semtimedop) ENTRY(SYS_request_key) ENTRY(SYS_nanosleep) ENTRY(SYS_clock_nanosleep) ENTRY(SYS_poll)
	ENTRY(SYS_ppoll) ENTRY(SYS_select) ENTRY(SYS_pselect6) ENTRY(SYS_epoll_wait) ENTRY(SYS_epoll_pwait) ENTRY(SYS_epoll_pwait2)
	ENTRY(SYS_rt_sigtimedwait) ENTRY(SYS_io_getevents)
	"vdso_waits_end:\n.popsection\n");
extern const uint16_t vdso_waits[] __attribute__((visibility("hidden"))), vdso_waits_end[] __attribute__((visibility("hidden")));

BLOB static int would_break_off(const greg_t *registers)
{
	const int writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC; /* as in filter.c: such openings wait for the supervisor */
	uint64_t number = (uint64_t)registers[REG_RAX];
	for (const uint16_t *waits = vdso_waits; waits < vdso_waits_end; waits++)
		if (number == *waits)
			return 1;
	return (number == SYS_openat && !(registers[REG_RDX] & writes)) || (number == SYS_open && !(registers[REG_RSI] & writes));
}

/*
 * The kernel breaks off a call that waits for the supervisor when a signal comes, and with a handler that is not to
 * restart calls it says EINTR, for calls that never do that otherwise. So the kernel is told to restart, and what
 * it would have restarted is looked at here: it stands at the call again, with its number. Only those that
 * wait on their own are broken off then.
 */
BLOB static void on_signal(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct signal_action *action = &MORE->actions[number - 1];
	const unsigned char *code = (const unsigned char *)registers[REG_RIP];
	uint64_t mask = action->mask, flags = action->flags;
	void (*handler)(int, siginfo_t *, void *) = (void (*)(int, siginfo_t *, void *))action->handler;
	if (!(flags & SA_RESTART) && code[0] == 0x0f && code[1] == 0x05 && would_break_off(registers)) {
		registers[REG_RAX] = -EINTR;
		registers[REG_RIP] += 2;
	}
	/* The kernel has put the default back already. */
	if (flags & SA_RESETHAND)
		__atomic_fetch_and(&MORE->wrapped, ~(1ull << (number - 1)), __ATOMIC_RELAXED);
	if (mask)
		change_mask(SIG_BLOCK, &mask);
	if ((uint64_t)handler > 1)
		handler(number, info, context);
}

BLOB static void reserve_addresses(void)
{
	long result;
	register long flags __asm__("r10") = 0x4022; /* MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE */
	register long file __asm__("r8") = -1;
	register long offset __asm__("r9") = 0;
	__asm__ volatile("syscall"
					 : "=a"(result)
					 : "0"((long)SYS_mmap), "D"(0l), "S"(STATE->mapped_pages * 4096l), "d"(0l), "r"(flags), "r"(file), "r"(offset)
					 : "rcx", "r11", "memory");
	call2(SYS_brk, call2(SYS_brk, 0, 0) + STATE->heap_pages * 4096l, 0);
}

/* Called by the stub, when the state page is there. */
BLOB void vdso_arm(void)
{
	unsigned flags = STATE->flags;
	if (STATE->mapped_pages)
		reserve_addresses();
	MORE->on_signal = (uint64_t)on_signal;
	MORE->restorer = (uint64_t)vdso_restorer;
	if (flags & STATE_COUNTER) {
		uint64_t mask = 1ull << (SIGSEGV - 1);
		MORE->ours = (struct signal_action){(uint64_t)on_fault, SA_SIGINFO | SA_ONSTACK | SA_NODEFER | 0x04000000 /* SA_RESTORER */,
			(uint64_t)vdso_restorer, 0};
		if (own_action(&MORE->ours) == 0) {
			change_mask(SIG_UNBLOCK, &mask);
			counter_mode(PR_TSC_SIGSEGV);
		}
	} else if (flags & STATE_COUNTER_REAL) {
		counter_mode(PR_TSC_ENABLE);
	}
}
