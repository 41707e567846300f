/* Waits until times of the wall clock, in every way, and checks with the monotonic clock how long it took. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static double monotonic(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec + at.tv_nsec / 1e9;
}

static struct timespec later(long ms)
{
	struct timespec at;
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	if (at.tv_nsec >= 1000000000)
		at.tv_nsec -= 1000000000, at.tv_sec++;
	return at;
}

static void check(const char *what, double from, double least)
{
	double took = monotonic() - from;
	printf("%s %.3f\n", what, took);
	assert(took > least && took < least + 5);
}

int main(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
	struct timespec at = later(300);
	double from = monotonic();
	pthread_mutex_lock(&mutex);
	assert(pthread_cond_timedwait(&condition, &mutex, &at) == ETIMEDOUT);
	check("condition", from, 0.28);
	sem_t semaphore;
	sem_init(&semaphore, 0, 0);
	at = later(1200), from = monotonic();
	assert(sem_timedwait(&semaphore, &at) == -1 && errno == ETIMEDOUT);
	check("semaphore", from, 1.18);
	at = later(300), from = monotonic();
	assert(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == 0);
	check("nanosleep", from, 0.28);
	int timer = timerfd_create(CLOCK_REALTIME, 0);
	struct itimerspec value = {{0, 0}, later(300)};
	unsigned long long number;
	from = monotonic();
	assert(timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, NULL) == 0);
	assert(read(timer, &number, sizeof number) == sizeof number);
	check("timer", from, 0.28);
	/* A deadline that has passed does not wait. */
	at = later(-5000), from = monotonic();
	assert(sem_timedwait(&semaphore, &at) == -1 && errno == ETIMEDOUT);
	check("passed", from, 0);
	return 0;
}
