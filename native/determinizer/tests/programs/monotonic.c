/*
 * Waits until a time on the monotonic clock in every way there is, as event loops do: again for what is left, until it has come.
 * Prints how long each took on that clock, in tenths of a second.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const long long second = 1000000000;

static long long now(int clock)
{
	struct timespec at;
	assert(clock_gettime(clock, &at) == 0);
	return at.tv_sec * second + at.tv_nsec;
}

static struct timespec spec(long long ns)
{
	return (struct timespec){ns / second, ns % second};
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition;
static int timer_descriptor, poller;
static volatile int alarms;

static void on_alarm(int number)
{
	alarms += number == SIGALRM;
}

typedef void wait_function(long long left, long long deadline);

static void by_nanosleep(long long left, long long deadline)
{
	struct timespec t = spec(left);
	(void)deadline;
	nanosleep(&t, NULL);
}
static void by_deadline(long long left, long long deadline)
{
	struct timespec t = spec(deadline);
	(void)left;
	assert(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == 0);
}
static void by_poll(long long left, long long deadline)
{
	struct pollfd none = {.fd = timer_descriptor, .events = POLLIN};
	(void)deadline;
	poll(&none, 1, (int)((left + 999999) / 1000000));
}
static void by_select(long long left, long long deadline)
{
	struct timeval t = {left / second, left % second / 1000 + 1};
	fd_set set;
	(void)deadline;
	FD_ZERO(&set);
	FD_SET(timer_descriptor, &set);
	select(timer_descriptor + 1, &set, NULL, NULL, &t);
}
static void by_epoll(long long left, long long deadline)
{
	struct epoll_event event;
	(void)deadline;
	epoll_wait(poller, &event, 1, (int)((left + 999999) / 1000000));
}
static void by_condition(long long left, long long deadline)
{
	struct timespec t = spec(deadline);
	(void)left;
	pthread_mutex_lock(&mutex);
	int error = pthread_cond_timedwait(&condition, &mutex, &t);
	pthread_mutex_unlock(&mutex);
	assert(error == ETIMEDOUT || error == 0);
}
static void by_futex(long long left, long long deadline)
{
	int word = 1;
	struct timespec t = spec(left);
	(void)deadline;
	syscall(SYS_futex, &word, 128, 1, &t, NULL, 0);
}
static void by_timerfd(long long left, long long deadline)
{
	struct itimerspec t = {{0, 0}, spec(deadline)};
	unsigned long long times;
	(void)left;
	assert(timerfd_settime(timer_descriptor, TFD_TIMER_ABSTIME, &t, NULL) == 0);
	assert(read(timer_descriptor, &times, sizeof times) == sizeof times);
}
static void by_repeating_timer(long long left, long long deadline)
{
	struct itimerspec t = {{0, 50000000}, {0, 50000000}}, off = {{0, 0}, {0, 0}};
	unsigned long long times;
	(void)left;
	assert(timerfd_settime(timer_descriptor, 0, &t, NULL) == 0);
	while (now(CLOCK_MONOTONIC) < deadline)
		assert(read(timer_descriptor, &times, sizeof times) == sizeof times);
	assert(timerfd_settime(timer_descriptor, 0, &off, NULL) == 0);
}
static void by_alarm(long long left, long long deadline)
{
	struct itimerval t = {{0, 0}, {0, left / 1000 + 1}};
	(void)deadline;
	sigset_t set, old;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, &old);
	assert(setitimer(ITIMER_REAL, &t, NULL) == 0);
	sigsuspend(&old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
static void by_signal(long long left, long long deadline)
{
	struct timespec t = spec(left);
	sigset_t set;
	(void)deadline;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	assert(sigtimedwait(&set, NULL, &t) == -1);
}

static void *sleep_often(void *unused)
{
	for (int i = 0; i < 40; i++) {
		struct timespec t = {0, 10000000};
		nanosleep(&t, NULL);
	}
	return unused;
}

int main(void)
{
	static const struct {
		const char *name;
		wait_function *wait;
	} ways[] = {{"nanosleep", by_nanosleep}, {"deadline", by_deadline}, {"poll", by_poll}, {"select", by_select}, {"epoll", by_epoll},
		{"condition", by_condition}, {"futex", by_futex}, {"timerfd", by_timerfd}, {"repeating", by_repeating_timer}, {"alarm", by_alarm},
		{"signal", by_signal}};
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&condition, &attributes);
	timer_descriptor = timerfd_create(CLOCK_MONOTONIC, 0);
	poller = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN};
	assert(epoll_ctl(poller, EPOLL_CTL_ADD, timer_descriptor, &event) == 0);
	signal(SIGALRM, on_alarm);
	printf("start %lld\n", now(CLOCK_MONOTONIC) / second);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		long long start = now(CLOCK_MONOTONIC), wall = now(CLOCK_REALTIME), deadline = start + 150000000, left;
		int rounds = 0;
		while ((left = deadline - now(CLOCK_MONOTONIC)) > 0) {
			ways[i].wait(left, deadline);
			assert(++rounds < 20);
		}
		printf("%s %lld %lld\n", ways[i].name, (now(CLOCK_MONOTONIC) - start) / 50000000, (now(CLOCK_REALTIME) - wall) / 50000000);
	}
	/* What is over early costs no time on it; what lasts is not cut short by others. */
	long long start = now(CLOCK_MONOTONIC);
	int ends[2];
	assert(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
	for (int i = 0; i < 1000; i++) {
		struct pollfd ready = {.fd = ends[0], .events = POLLIN};
		assert(poll(&ready, 1, 60000) == 1);
	}
	assert(now(CLOCK_MONOTONIC) - start < second);
	pthread_t threads[8];
	struct timespec before, after;
	syscall(SYS_getppid);
	start = now(CLOCK_MONOTONIC);
	for (int i = 0; i < 8; i++)
		assert(pthread_create(&threads[i], NULL, sleep_often, NULL) == 0);
	by_deadline(0, start + 300000000);
	for (int i = 0; i < 8; i++)
		assert(pthread_join(threads[i], NULL) == 0);
	assert(now(CLOCK_MONOTONIC) - start >= 400000000 && now(CLOCK_MONOTONIC) - start < 8 * 400000000ll);
	/* The system call says what the C library's function says, and both go forward. */
	assert(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &after) == 0);
	assert(after.tv_sec * second + after.tv_nsec > before.tv_sec * second + before.tv_nsec && after.tv_sec - before.tv_sec < 2);
	assert(clock_gettime(CLOCK_BOOTTIME, &before) == 0 && before.tv_sec >= after.tv_sec);
	assert(syscall(SYS_clock_gettime, 99, &after) == -1 && errno == EINVAL);
	return 0;
}
