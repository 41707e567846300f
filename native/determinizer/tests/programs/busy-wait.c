/* Waits for a time to come, in a loop, by every clock there is. */
#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/select.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(int clock, int by_call)
{
	struct timespec at;
	assert((by_call ? syscall(SYS_clock_gettime, clock, &at) : clock_gettime(clock, &at)) == 0);
	return at.tv_sec * 1000000000ll + at.tv_nsec;
}

int main(int count, char **arguments)
{
	if (count > 1 && strcmp(arguments[1], "slowly") == 0) {
		/* An event loop that looks at the clock now and then: here only the stall rule helps. */
		int ends[2];
		assert(pipe(ends) == 0);
		struct pollfd never = {ends[0], POLLIN, 0};
		time_t end = time(NULL) + 2;
		while (time(NULL) < end)
			poll(&never, 1, 20);
		return 0;
	}
	static const int clocks[] = {CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE,
		CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
	for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++)
		for (int by_call = 0; by_call < 2; by_call++) {
			int64_t start = read_clock(clocks[i], by_call);
			/* Answered by the supervisor, a reading takes longer than what it adds. */
			int64_t wait = by_call ? 20000000 : 200000000;
			while (read_clock(clocks[i], by_call) < start + wait)
				;
		}
	time_t seconds = time(NULL);
	while (time(NULL) < seconds + 2)
		;
	struct timeval now, then;
	gettimeofday(&then, NULL);
	do
		gettimeofday(&now, NULL);
	while (now.tv_sec < then.tv_sec + 2);
	clock_t used = clock();
	while (clock() < used + CLOCKS_PER_SEC / 10)
		;
	struct sysinfo up, first;
	assert(sysinfo(&first) == 0);
	do
		assert(sysinfo(&up) == 0);
	while (up.uptime < first.uptime + 2);
	unsigned long long counter = __builtin_ia32_rdtsc();
	while (__builtin_ia32_rdtsc() < counter + 100000000)
		;
	/* Short sleeps until a time. */
	int64_t start = read_clock(CLOCK_REALTIME, 0);
	while (read_clock(CLOCK_REALTIME, 0) < start + 100000000) {
		struct timespec pause = {0, 10000000};
		nanosleep(&pause, NULL);
	}
	start = read_clock(CLOCK_REALTIME, 0);
	while (read_clock(CLOCK_REALTIME, 0) < start + 100000000) {
		struct timeval pause = {0, 10000};
		select(0, NULL, NULL, NULL, &pause);
	}
	int timer = timerfd_create(CLOCK_REALTIME, 0);
	struct itimerspec at = {.it_value = {time(NULL) + 1, 0}};
	uint64_t expirations;
	assert(timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) == 0);
	assert(read(timer, &expirations, sizeof expirations) == sizeof expirations);
	return 0;
}
