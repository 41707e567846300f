#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "handlers.h"
#include "log.h"

/*
 * The monotonic clock, where it is virtual: it counts what the wall clock counts, from another start. Waits are real, and are kept in
 * the state page until they are over; then the clock has moved on by as much as was asked for, and not before. So what is woken
 * early costs no time, a wait that runs out is seen to have run out, and the clock never gets ahead of waits that still last.
 */

static const int64_t second = 1000000000;
#define WAITS_OFFSET (STATE_MORE_OFFSET + offsetof(struct state_more, waits))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct {
	uint64_t call, key, interval;
} timer; /* of the call that is being answered */

bool is_monotonic(int clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME ||
		clock == CLOCK_BOOTTIME_ALARM;
}

static int64_t real_now(int clock)
{
	struct timespec now = {0, 0};
	clock_gettime(clock, &now);
	return now.tv_sec * second + now.tv_nsec;
}

static int64_t passed(const struct call *call)
{
	return (int64_t)(call->state.reads * call->state.step_ns + call->state.advanced_ns);
}

/* A system call for what the code in the process answers elsewhere. Waits that are over are seen at the next reading there. */
void monotonic_read(struct call *call)
{
	struct timespec now;
	if (!call->has_state) {
		call->go_on = true; /* traced by a debugger: nothing of it is virtual */
		return;
	}
	struct kept_wait waits[WAITS];
	int64_t real = real_now(CLOCK_MONOTONIC);
	if (target_read_state(call, WAITS_OFFSET, waits, sizeof waits))
		for (int i = 0; i < WAITS; i++)
			if (waits[i].key && waits[i].real_ns <= real && (int64_t)waits[i].target_ns > passed(call))
				call->state.advanced_ns += waits[i].target_ns - (uint64_t)passed(call);
	call->state.reads++;
	target_write_state(call, offsetof(struct state, advanced_ns), &call->state.advanced_ns, sizeof call->state.advanced_ns);
	target_write_state(call, offsetof(struct state, reads), &call->state.reads, sizeof call->state.reads);
	now = (struct timespec){MONOTONIC_BASE + passed(call) / second, passed(call) % second};
	image_count(call->image, SOURCE_CLOCK);
	call->error = target_write(call, argument(call, 1), &now, sizeof now) ? 0 : EFAULT;
}

void monotonic_timer(struct call *call, enum kept kind, uint32_t number, const struct timespec *interval)
{
	bool sane = interval->tv_sec >= 0 && interval->tv_sec < 366 * 86400 && interval->tv_nsec >= 0 && interval->tv_nsec < second;
	timer.call = call->request->id;
	timer.key = (uint64_t)kind << 32 | number;
	timer.interval = sane ? (uint64_t)(interval->tv_sec * second + interval->tv_nsec) : 0;
}

/* The place of a new wait: its own, a free one, or that of the one which lasts longest. */
static struct kept_wait *place_of(struct kept_wait waits[WAITS], uint64_t key)
{
	struct kept_wait *best = &waits[0];
	for (int i = 0; i < WAITS; i++) {
		if (waits[i].key == key)
			return &waits[i];
		if (best->key && (!waits[i].key || waits[i].real_ns > best->real_ns))
			best = &waits[i];
	}
	return best;
}

static void keep(struct call *call, int64_t real, int64_t nanoseconds)
{
	struct kept_wait waits[WAITS];
	const uint64_t one = 1;
	bool is_timer = timer.call == call->request->id;
	uint64_t key = is_timer ? timer.key : (uint64_t)KEPT_THREAD << 32 | (uint32_t)call->thread;
	pthread_mutex_lock(&lock);
	if (target_read_state(call, 0, &call->state, sizeof call->state) && target_read_state(call, WAITS_OFFSET, waits, sizeof waits)) {
		struct kept_wait *wait = place_of(waits, key);
		int64_t target = passed(call) + nanoseconds;
		/* Its last one ran out and nobody has looked at the clock since. */
		if (wait->key == key && wait->real_ns <= real - nanoseconds && (int64_t)wait->target_ns > passed(call)) {
			uint64_t advanced = call->state.advanced_ns + wait->target_ns - (uint64_t)passed(call);
			target_write_state(call, offsetof(struct state, advanced_ns), &advanced, sizeof advanced);
			target = (int64_t)wait->target_ns + nanoseconds;
		}
		if (wait->key && wait->key != key && wait->real_ns < real) {
			log_gap("too many threads wait with a time-out; one more is not seen by the virtual clock", call->image->number, NULL);
		} else {
			*wait = (struct kept_wait){nanoseconds ? key : 0, real, (uint64_t)target, is_timer ? timer.interval : 0};
			target_write_state(call, WAITS_OFFSET + (size_t)((char *)wait - (char *)waits), wait, sizeof *wait);
			target_write_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, waiting), &one, sizeof one);
		}
	}
	pthread_mutex_unlock(&lock);
}

void monotonic_wait(struct call *call, int64_t nanoseconds)
{
	if (call->has_state)
		keep(call, real_now(CLOCK_MONOTONIC) + nanoseconds, nanoseconds);
}

/* Is that the real time of a wait we have translated before? Structures are used again. */
static bool is_translated(struct call *call, int64_t asked, int64_t difference)
{
	struct kept_wait waits[WAITS];
	if (!target_read_state(call, WAITS_OFFSET, waits, sizeof waits))
		return false;
	for (int i = 0; i < WAITS; i++)
		if (waits[i].real_ns && waits[i].real_ns == asked - difference)
			return true;
	return false;
}

void monotonic_deadline(struct call *call, uint64_t address, int clock)
{
	struct timespec asked;
	if (!call->has_state || target_read(call, address, &asked, sizeof asked) != sizeof asked || asked.tv_sec < 0 || asked.tv_nsec < 0 ||
		asked.tv_nsec >= second || asked.tv_sec > 100 * 366 * 86400ll)
		return;
	bool boot = clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
	int64_t real = real_now(CLOCK_MONOTONIC), difference = boot ? real_now(CLOCK_BOOTTIME) - real : 0;
	int64_t at = asked.tv_sec * second + asked.tv_nsec;
	if (at == 0 || is_translated(call, at, difference))
		return;
	int64_t left = at - MONOTONIC_BASE * second - passed(call);
	if (left < 0)
		left = 0;
	at = real + left + difference;
	asked = (struct timespec){at / second, at % second};
	if (!target_write(call, address, &asked, sizeof asked)) {
		log_gap("deadline in unwritable memory", call->image->number, NULL);
		call->go_on = false;
		call->error = EFAULT;
		return;
	}
	keep(call, real + left, left);
}
