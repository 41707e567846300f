#include "notify.h"

#include <errno.h>
#include <linux/audit.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "filter.h"
#include "handlers.h"
#include "log.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ull
#endif

/* SPARE threads more than usual stay, so that the next program that starts does not have to wait for a new one. */
enum { THREADS_MAX = 256, STACK = 512 << 10, SPARE = 4 };

struct features features;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int receiving, threads, wanted;

static void *answer_calls(void *unused);

static int add_thread(void *(*run)(void *))
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	int error = pthread_create(&thread, &attributes, run, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* One more receives, if there may be more and it can be had. With the lock held, which is let go meanwhile. */
static void add_receiver(void)
{
	if (threads >= THREADS_MAX)
		return;
	threads++;
	receiving++;
	pthread_mutex_unlock(&lock);
	bool added = add_thread(answer_calls) == 0;
	pthread_mutex_lock(&lock);
	if (!added) {
		threads--;
		receiving--;
	}
}

void pool_leave(void)
{
	pthread_mutex_lock(&lock);
	if (--receiving < 1)
		add_receiver();
	pthread_mutex_unlock(&lock);
}

void pool_return(void)
{
	pthread_mutex_lock(&lock);
	receiving++;
	pthread_mutex_unlock(&lock);
}

/* Waits a time that follows from the seed, before some answers, so that races come out differently. */
static void delay(const struct call *call)
{
	static _Atomic uint64_t number;
	uint64_t words[2] = {varied(SOURCE_DELAYS, "delays", call->image->number), number++}, chosen = seeded_number("", "delay", words[0] ^ words[1]);
	if (chosen % 64 == 0) {
		struct timespec pause = {0, (long)(chosen / 64 % 2000000)};
		nanosleep(&pause, NULL);
	}
}

/*
 * A signal may break off a call that is being answered, where the kernel lacks WAIT_KILLABLE; and its caller be back with the
 * next one, or with the same again. The calls of one thread are then answered one after the other, so that what is written for the
 * first cannot come when the answer to the next has let the caller go on. Who does not call again is not held up by that.
 */
static struct call *turns;
static pthread_cond_t turn_ended = PTHREAD_COND_INITIALIZER;

static void turn_take(struct call *call)
{
	if (features.wait_killable)
		return;
	pthread_mutex_lock(&lock);
	for (struct call *other = turns; other;) {
		if (other->thread == call->thread) {
			pthread_cond_wait(&turn_ended, &lock);
			other = turns;
		} else {
			other = other->next;
		}
	}
	call->next = turns;
	call->has_turn = true;
	turns = call;
	pthread_mutex_unlock(&lock);
}

void turn_end(struct call *call)
{
	if (!call->has_turn)
		return;
	pthread_mutex_lock(&lock);
	for (struct call **link = &turns; *link; link = &(*link)->next)
		if (*link == call) {
			*link = call->next;
			break;
		}
	call->has_turn = false;
	pthread_cond_broadcast(&turn_ended);
	pthread_mutex_unlock(&lock);
}

static void answer_one(const struct seccomp_notif *request)
{
	struct call call = {.request = request, .thread = (pid_t)request->pid, .error = ENOSYS, .memory = -1, .directory = -1};
	call.image = image_at(0);
	turn_take(&call);
	if (request->data.arch == AUDIT_ARCH_X86_64) {
		handler *handle = handler_of(request->data.nr);
		if (call_open(&call)) {
			if (config.sources[SOURCE_DELAYS].mode == MODE_VARY)
				delay(&call);
			if (handle)
				handle(&call);
			else
				log_gap("call without a handler refused", call.image->number, NULL);
		} else if (request->pid == 0) {
			log_gap("call from outside our process namespace refused", 0, NULL);
		} else if (call_waits(&call)) {
			char detail[128];
			snprintf(detail, sizeof detail, "call %d: %s", request->data.nr, strerror(call.reason));
			log_gap("a caller could not be looked into; its call was refused", 0, detail);
		}
	} else if (call_open(&call)) {
		handle_other_architecture(&call);
	}
	if (!call.answered)
		call_answer(&call);
	turn_end(&call);
	call_close(&call);
}

static void *answer_calls(void *unused)
{
	(void)unused;
	become_usual();
	for (;;) {
		struct seccomp_notif request;
		memset(&request, 0, sizeof request);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
			/* ENOENT: the caller was killed meanwhile, or nobody is left who could call. */
			struct pollfd end = {listener, 0, 0};
			if (errno == EINTR || (errno == ENOENT && poll(&end, 1, 0) == 0))
				continue;
			break;
		}
		answer_one(&request);
		become_usual_again();
		pthread_mutex_lock(&lock);
		bool surplus = receiving > wanted + SPARE;
		if (surplus) {
			receiving--;
			threads--;
		}
		pthread_mutex_unlock(&lock);
		if (surplus)
			break;
	}
	return NULL;
}

/*
 * An answer may have to wait for a process that itself waits for one: a file system in user space, served from within the
 * build. So when calls stay unreceived for long, somebody more receives; when there is nothing to do for so many, they end.
 */
static void *watch(void *unused)
{
	(void)unused;
	for (int waited = 0;;) {
		struct timespec pause = {0, 50000000};
		struct pollfd calls = {listener, POLLIN, 0};
		nanosleep(&pause, NULL);
		if (poll(&calls, 1, 0) < 0 || (calls.revents & (POLLHUP | POLLERR | POLLNVAL)))
			return NULL;
		waited = calls.revents & POLLIN ? waited + 1 : 0;
		if (waited < 3)
			continue;
		pthread_mutex_lock(&lock);
		add_receiver();
		pthread_mutex_unlock(&lock);
	}
}

int notify_start(void)
{
	struct seccomp_notif_sizes sizes;
	/* Larger structures would be written past the end of ours. */
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
		return errno;
	if (sizes.seccomp_notif != sizeof(struct seccomp_notif) || sizes.seccomp_notif_resp != sizeof(struct seccomp_notif_resp))
		return EPROTO;
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0), copy = self >= 0 ? (int)syscall(SYS_pidfd_getfd, self, listener, 0) : -1;
	features.descriptor_copy = copy >= 0 && !without(FEATURE_DESCRIPTOR_COPY);
	if (self >= 0)
		close(self);
	if (copy >= 0)
		close(copy);
	features.same_cpu_wake = !without(FEATURE_SYNC_WAKE_UP) && ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0;
	cpu_set_t processors;
	/* The C library would look into files that show a determinised number here. */
	wanted = config.threads ? (int)config.threads : sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 2;
	if (wanted > THREADS_MAX / 2)
		wanted = THREADS_MAX / 2;
	for (int i = 0; i < wanted; i++) {
		int error = add_thread(answer_calls);
		if (error)
			return error;
		pthread_mutex_lock(&lock);
		threads++;
		receiving++;
		pthread_mutex_unlock(&lock);
	}
	return add_thread(watch);
}
