#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "handlers.h"
#include "log.h"

/*
 * The wall clock starts two seconds after the epoch in every program, and counts its own readings and the
 * sleeps that were asked for. Most readings never come here: vdso-code.c answers them in the process.
 */

enum { TWINS_UNSHIFTED = 64 };
static const uint64_t second = 1000000000u;

static int64_t shift;
static uint64_t step, quantum;

void clock_start(void)
{
	step = config.clock_step;
	quantum = config.clock_quantum;
	if (config.sources[SOURCE_CLOCK].mode == MODE_VARY) {
		shift = 86400 + (int64_t)(varied(SOURCE_CLOCK, "clock shift", 0) % (400 * 86400u));
		step *= 1 + varied(SOURCE_CLOCK, "clock step", 0) % 7;
	}
}

int64_t clock_shift(void)
{
	return shift;
}

/*
 * A loop that starts `date` again and again until a time has come would never end if every `date` saw the
 * same; so the clock of the 65th equal program of one parent is a second later, of the 66th two, …
 */
int64_t clock_base(const struct image *image)
{
	int64_t later = image->repeats < TWINS_UNSHIFTED ? 0 : (int64_t)(image->repeats - TWINS_UNSHIFTED + 1);
	return config.epoch + 2 + shift + later;
}

void clock_state(struct state *state, const struct image *image)
{
	*state = (struct state){
		.magic = STATE_MAGIC,
		.base_seconds = clock_base(image),
		.step_ns = step,
		.quantum_ns = quantum,
		.stall_after_ns = config.stall_seconds * second,
		.image = image->number,
		.mapped_pages = layout_number("mapped", 4096),
		.heap_pages = layout_number("heap", 1024),
		.flags = (determined(SOURCE_CLOCK) ? STATE_WALL | STATE_CPU : 0u) | (determined(SOURCE_CPUS) ? STATE_GETCPU : 0u) |
			(determined(SOURCE_RANDOMNESS) && image->go ? STATE_GO : 0u) | (config.monotonic ? STATE_MONOTONIC : 0u) |
			(!determined(SOURCE_TIME_STAMP_COUNTER) ? 0u : image->debugs ? STATE_COUNTER_REAL : STATE_COUNTER),
	};
}

/* The time a call is answered with; the reading is counted in the same place as those made in the process. */
static struct timespec read_wall(struct call *call)
{
	struct state *state = &call->state;
	if (!call->has_state) {
		clock_state(state, call->image);
		state->reads = call->image->calls++;
	}
	state->reads++;
	target_write_state(call, offsetof(struct state, reads), &state->reads, sizeof state->reads);
	uint64_t whole = state->reads * step + state->advanced_ns;
	whole -= whole % quantum;
	image_count(call->image, SOURCE_CLOCK);
	return (struct timespec){clock_base(call->image) + (int64_t)(whole / second), (long)(whole % second)};
}

static void answer_bytes(struct call *call, uint64_t address, const void *bytes, size_t length)
{
	call->error = target_write(call, address, bytes, length) ? 0 : EFAULT;
}

void handle_clock_gettime(struct call *call)
{
	int clock = int_argument(call, 0);
	struct timespec now;
	if (config.monotonic && is_monotonic(clock)) {
		monotonic_read(call);
		return;
	}
	if (clock > CLOCK_TAI) {
		call->go_on = true; /* no such clock */
		return;
	}
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI) {
		now = read_wall(call);
	} else {
		call->state.cpu_reads++;
		target_write_state(call, offsetof(struct state, cpu_reads), &call->state.cpu_reads, sizeof call->state.cpu_reads);
		uint64_t whole = (call->has_state ? call->state.cpu_reads : call->image->calls++) * 1000u;
		now = (struct timespec){(time_t)(whole / second), (long)(whole % second)};
		image_count(call->image, SOURCE_CLOCK);
	}
	answer_bytes(call, argument(call, 1), &now, sizeof now);
}

void handle_gettimeofday(struct call *call)
{
	call->error = 0;
	if (argument(call, 0)) {
		struct timespec now = read_wall(call);
		struct timeval shown = {now.tv_sec, now.tv_nsec / 1000};
		answer_bytes(call, argument(call, 0), &shown, sizeof shown);
	}
	if (!call->error && argument(call, 1)) {
		struct timezone zone = {0, 0};
		answer_bytes(call, argument(call, 1), &zone, sizeof zone);
	}
}

void handle_time(struct call *call)
{
	int64_t now = read_wall(call).tv_sec;
	call->error = 0;
	if (argument(call, 0))
		answer_bytes(call, argument(call, 0), &now, sizeof now);
	call->value = now;
}

static void advance(struct call *call, int64_t seconds, int64_t nanoseconds)
{
	if (!call->has_state || seconds < 0 || nanoseconds < 0 || seconds > 366 * 86400 || nanoseconds > (int64_t)second)
		return;
	if (config.monotonic) {
		monotonic_wait(call, seconds * (int64_t)second + nanoseconds);
		return;
	}
	uint64_t advanced = call->state.advanced_ns + (uint64_t)seconds * second + (uint64_t)nanoseconds;
	target_write_state(call, offsetof(struct state, advanced_ns), &advanced, sizeof advanced);
}

static bool read_time(struct call *call, uint64_t address, struct timespec *time)
{
	return address && target_read(call, address, time, sizeof *time) == sizeof *time;
}

/* A sleep is really slept, by the kernel, and seen on the wall clock as long as it was asked for. */
void handle_nanosleep(struct call *call)
{
	struct timespec asked;
	call->go_on = true;
	if (read_time(call, argument(call, 0), &asked))
		advance(call, asked.tv_sec, asked.tv_nsec);
}

/* poll, select and their relatives when they wait for nothing but time. */
void handle_wait_only(struct call *call)
{
	struct timespec asked;
	struct timeval old;
	call->go_on = true;
	switch (call->request->data.nr) {
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
		advance(call, int_argument(call, 3) / 1000, int_argument(call, 3) % 1000 * 1000000ll);
		break;
	case SYS_epoll_pwait2:
	case SYS_semtimedop:
	case SYS_io_getevents:
	case SYS_recvmmsg: {
		int at = call->request->data.nr == SYS_epoll_pwait2 || call->request->data.nr == SYS_semtimedop ? 3 : 4;
		if (read_time(call, argument(call, at), &asked))
			advance(call, asked.tv_sec, asked.tv_nsec);
		break;
	}
	case 7: /* poll: milliseconds */
		advance(call, int_argument(call, 2) / 1000, int_argument(call, 2) % 1000 * 1000000ll);
		break;
	case 23: /* select */
		if (argument(call, 4) && target_read(call, argument(call, 4), &old, sizeof old) == sizeof old && old.tv_usec >= 0 && old.tv_usec < 1000000)
			advance(call, old.tv_sec, old.tv_usec * 1000);
		break;
	default: /* pselect6, ppoll, rt_sigtimedwait */
		if (read_time(call, argument(call, call->request->data.nr == 270 ? 4 : 2), &asked))
			advance(call, asked.tv_sec, asked.tv_nsec);
	}
}

/* Marks what we have translated, so that a structure that is used again is not translated again. */
enum { TRANSLATED = 777 };

/*
 * A deadline on the wall clock was computed from the virtual one. Makes it the same distance away on the real
 * one, in the caller's memory, where the kernel will read it.
 */
static void translate_deadline(struct call *call, uint64_t address)
{
	struct timespec asked, real;
	call->go_on = true;
	if (!read_time(call, address, &asked) || asked.tv_nsec < 0 || asked.tv_nsec >= (long)second)
		return;
	if (clock_gettime(CLOCK_REALTIME, &real) != 0)
		return;
	int64_t base = clock_base(call->image);
	bool ours = asked.tv_nsec % 1000 == TRANSLATED && asked.tv_sec >= real.tv_sec - 86400;
	if (ours || asked.tv_sec < config.epoch - 86400)
		return;
	uint64_t passed = call->has_state ? call->state.reads * step + call->state.advanced_ns : 0;
	int64_t left = asked.tv_sec - base - (int64_t)(passed / second), left_ns = asked.tv_nsec - (int64_t)(passed % second);
	if (left > 366 * 86400 * 100ll)
		return;
	if (left < -1 || (left == -1 && left_ns < 0))
		left = left_ns = 0;
	int64_t at_ns = real.tv_nsec + left_ns;
	struct timespec deadline = {real.tv_sec + left + (at_ns >= 0 ? at_ns / (int64_t)second : -1),
		at_ns >= 0 ? at_ns % (int64_t)second : at_ns + (int64_t)second};
	deadline.tv_nsec = deadline.tv_nsec / 1000 * 1000 + TRANSLATED;
	if (!target_write(call, address, &deadline, sizeof deadline)) {
		log_gap("deadline in unwritable memory", call->image->number, NULL);
		call->go_on = false;
		call->error = EFAULT;
	}
	if (left > 0 || left_ns > 0)
		advance(call, left < 0 ? 0 : left, left_ns < 0 ? 0 : left_ns);
}

void handle_clock_nanosleep(struct call *call)
{
	struct timespec asked, now;
	int clock = int_argument(call, 0);
	call->go_on = true;
	if (!(argument(call, 1) & TIMER_ABSTIME)) {
		if (read_time(call, argument(call, 2), &asked))
			advance(call, asked.tv_sec, asked.tv_nsec);
	} else if (clock == CLOCK_REALTIME || clock == CLOCK_TAI) {
		translate_deadline(call, argument(call, 2));
	} else if (config.monotonic) {
		if (is_monotonic(clock))
			monotonic_deadline(call, argument(call, 2), clock);
	} else if (read_time(call, argument(call, 2), &asked) && clock_gettime(CLOCK_MONOTONIC, &now) == 0 && clock == CLOCK_MONOTONIC) {
		/* The distance to a real time: rounded up, or it would carry real time into the wall clock. */
		bool sane = asked.tv_nsec >= 0 && asked.tv_nsec < (long)second && asked.tv_sec >= now.tv_sec && asked.tv_sec - now.tv_sec < 366 * 86400;
		int64_t ns = sane ? (asked.tv_sec - now.tv_sec) * (int64_t)second + asked.tv_nsec - now.tv_nsec : 0;
		if (ns > 0 && ns < 366 * 86400 * (int64_t)second) {
			int64_t grain = ns < 10000000 ? 1000000 : 10000000;
			ns = (ns + grain - 1) / grain * grain;
			advance(call, ns / (int64_t)second, ns % (int64_t)second);
		}
	}
}

/* Only those that wait until a time on the wall clock. */
void handle_futex(struct call *call)
{
	int operation = int_argument(call, 1) & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	call->go_on = true;
	if (config.monotonic && !(int_argument(call, 1) & FUTEX_CLOCK_REALTIME) && operation != FUTEX_LOCK_PI) {
		struct timespec asked;
		if (operation != FUTEX_WAIT)
			monotonic_deadline(call, argument(call, 3), CLOCK_MONOTONIC);
		else if (read_time(call, argument(call, 3), &asked))
			advance(call, asked.tv_sec, asked.tv_nsec);
	} else if (operation == FUTEX_WAIT && config.monotonic) {
		struct timespec asked;
		if (read_time(call, argument(call, 3), &asked))
			advance(call, asked.tv_sec, asked.tv_nsec);
	} else if (operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI2 || operation == FUTEX_WAIT_REQUEUE_PI || operation == FUTEX_LOCK_PI)
		translate_deadline(call, argument(call, 3));
}

static void translate_timer(struct call *call, uint64_t address)
{
	struct timespec value[2];
	call->go_on = true;
	if (config.monotonic && target_read(call, address, value, sizeof value) == sizeof value) {
		bool absolute = int_argument(call, 1) & 1, wall = absolute && value[1].tv_sec >= config.epoch - 86400;
		monotonic_timer(call, call->request->data.nr == SYS_timer_settime ? KEPT_TIMER : KEPT_TIMER_FD, (uint32_t)argument(call, 0), &value[0]);
		if (wall)
			translate_deadline(call, address + sizeof *value);
		else if (absolute)
			monotonic_deadline(call, address + sizeof *value, CLOCK_MONOTONIC);
		else
			advance(call, value[1].tv_sec, value[1].tv_nsec);
		return;
	}
	/* Times of the monotonic clock are small; only wall times are near the epoch. */
	if (target_read(call, address, value, sizeof value) == sizeof value && (value[1].tv_sec || value[1].tv_nsec) &&
		value[1].tv_sec >= config.epoch - 86400)
		translate_deadline(call, address + sizeof *value);
}

void handle_timer_settime(struct call *call)
{
	translate_timer(call, argument(call, 2));
}

void handle_timerfd_settime(struct call *call)
{
	translate_timer(call, argument(call, 2));
}

/* setitimer and alarm, which are seen only when the monotonic clock is virtual. */
void handle_setitimer(struct call *call)
{
	struct timeval value[2];
	call->go_on = true;
	if (!argument(call, 1) || target_read(call, argument(call, 1), value, sizeof value) != sizeof value || value[1].tv_usec < 0 ||
		value[1].tv_usec >= 1000000 || value[0].tv_usec < 0 || value[0].tv_usec >= 1000000)
		return;
	struct timespec interval = {value[0].tv_sec, value[0].tv_usec * 1000};
	monotonic_timer(call, KEPT_ALARM, 0, &interval);
	advance(call, value[1].tv_sec, value[1].tv_usec * 1000);
}

void handle_alarm(struct call *call)
{
	struct timespec never = {0, 0};
	call->go_on = true;
	monotonic_timer(call, KEPT_ALARM, 0, &never);
	advance(call, (uint32_t)argument(call, 0), 0);
}
