/*
 * Runs inside the determinised processes, in place of the kernel's vDSO. Compiled without sanitizers,
 * stack protector or anything else that would refer to code or data elsewhere. docs/determinizer.md#clock
 */
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "vdso-code.h"

#define BLOB __attribute__((section("vdso_blob"), used, noinline))
#define STATE ((struct state *)STATE_ADDRESS)

_Static_assert(offsetof(struct state, entry) == 8, "the stub jumps through the second word");
_Static_assert(sizeof(struct state) == 144, "the stub copies 18 words");

/* All registers are zero when a program starts (System V ABI leaves them unspecified, the kernel clears them). */
__asm__(".pushsection vdso_blob,\"ax\",@progbits\n"
	".balign 16\n"
	".globl vdso_template\nvdso_template:\n"
	".fill 144,1,0\n"
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
	"mov $18,%ecx\n"
	"cld\n"
	"rep movsq\n"
	"xor %eax,%eax\nxor %edx,%edx\nxor %esi,%esi\nxor %edi,%edi\n"
	"xor %r8d,%r8d\nxor %r10d,%r10d\nxor %r11d,%r11d\n"
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

/*
 * The stall rule: a program that has run for long and reads the clock slowly, over and over, waits for a
 * time that a clock counting its own readings would never reach. It is then moved by the real time since
 * the last check. Slow means: 16 readings took more than a second.
 */
BLOB static void check_stall(void)
{
	struct timespec now;
	if (call2(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now))
		return;
	int64_t at = now.tv_sec * 1000000000ll + now.tv_nsec;
	if (STATE->started_ns == 0)
		STATE->started_ns = STATE->checked_ns = at;
	int64_t since = at - STATE->checked_ns;
	STATE->checked_ns = at;
	if (since > 1000000000ll && at - STATE->started_ns > (int64_t)STATE->stall_after_ns) {
		STATE->advanced_ns += (uint64_t)since;
		STATE->stalls++;
	}
}

/* Nanoseconds since `base_seconds`. */
BLOB static uint64_t read_wall(void)
{
	uint64_t reads = __atomic_add_fetch(&STATE->reads, 1, __ATOMIC_RELAXED);
	if (STATE->stall_after_ns && (reads & 15) == 0)
		check_stall();
	uint64_t at = reads * STATE->step_ns + STATE->advanced_ns;
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
	return call2(SYS_clock_gettime, clock, (long)at);
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
