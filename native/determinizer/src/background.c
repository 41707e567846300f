#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "handlers.h"
#include "log.h"
#include "notify.h"

/*
 * Equal commands that run at once (`(a; b) & (a; b) & wait`) are told apart by which of their shell's commands in the
 * background they are, since a shell starts those in the order of its text. How many forks it made before does not matter: that
 * can depend on time (`while ! test -e done; do sleep 1; done`). A fork in the background ignores SIGINT before anything else
 * (POSIX.1-2017, XCU 2.11), any other one executes, forks or ends without that. So its number is the number of those before
 * it, as soon as all forks before it have said what they are; until then it waits.
 *
 * A fork also fails, or is begun anew by the kernel because a signal came (copy_process returns ERESTARTNOINTR); the supervisor is asked
 * before and never told. So who forks again is looked at: no number is spent on a fork of which nothing was ever heard.
 */

enum { BUCKETS = 1024, SHELLS_MAX = 1 << 16, AHEAD = 64, LOOK_AGAIN_NS = 5000000, LOOKS = 1000 };

struct shell {
	struct shell *next;
	uint32_t image;
	uint64_t lineage, process;
	uint64_t last;       /* its latest fork */
	uint64_t settled;    /* it and all before have said what they are */
	uint64_t background; /* so many of these are in the background */
	uint64_t said, are;  /* a bit for each of those after `settled` */
	bool ended;
};

static struct shell *buckets[BUCKETS];
static unsigned shells;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* The link to the one whose page, or a copy of it, this is. */
static struct shell **find(const struct state *page)
{
	uint64_t words[2] = {page->lineage, page->owner};
	struct shell **link = &buckets[quick_hash(page->image, words, sizeof words) % BUCKETS];
	while (*link && ((*link)->image != page->image || (*link)->lineage != page->lineage || (*link)->process != page->owner))
		link = &(*link)->next;
	return link;
}

static void drop(struct shell **link)
{
	struct shell *shell = *link;
	*link = shell->next;
	free(shell);
	shells--;
}

static void settle(struct shell *shell)
{
	for (; shell->said & 1; shell->said >>= 1, shell->are >>= 1) {
		shell->settled++;
		shell->background += shell->are & 1;
	}
	pthread_cond_broadcast(&changed);
}

/* That fork says what it is. */
static void say(struct shell *shell, uint64_t fork, bool background)
{
	if (fork <= shell->settled || fork > shell->last || fork - shell->settled > AHEAD)
		return;
	uint64_t bit = 1ull << (fork - shell->settled - 1);
	if (shell->said & bit)
		return;
	shell->said |= bit;
	shell->are |= background ? bit : 0;
	settle(shell);
}

/* Those up to there will not say anything any more. */
static void give_up(struct shell *shell, uint64_t fork)
{
	while (shell->settled < fork) {
		shell->said |= 1;
		settle(shell);
	}
}

void background_fork(const struct call *call, bool listed)
{
	const struct state *page = &call->state;
	pthread_mutex_lock(&lock);
	struct shell **link = find(page), *shell = *link;
	if (!shell && shells < SHELLS_MAX && (shell = calloc(1, sizeof *shell))) {
		*shell = (struct shell){.image = page->image, .lineage = page->lineage, .process = page->owner, .settled = page->forks - 1};
		*link = shell;
		shells++;
	}
	if (shell) {
		shell->last = page->forks;
		if (shell->last > shell->settled + AHEAD)
			give_up(shell, shell->last - AHEAD);
		if (!listed)
			say(shell, shell->last, false);
	}
	pthread_mutex_unlock(&lock);
}

/* Has the caller a copy of its parent's page that it has not made its own? Then `forks` is the number of the fork that made it. */
static bool is_new_fork(const struct call *call)
{
	return call->has_state && call->state.owner && call->state.owner != (uint64_t)call->thread && call->state.child_lineage;
}

void background_none(const struct call *call)
{
	if (!is_new_fork(call))
		return;
	pthread_mutex_lock(&lock);
	struct shell **link = find(&call->state);
	if (*link) {
		say(*link, call->state.forks, false);
		if ((*link)->ended && (*link)->settled == (*link)->last)
			drop(link);
	}
	pthread_mutex_unlock(&lock);
}

static bool has_said(const struct shell *shell, uint64_t fork)
{
	return fork <= shell->settled || (fork - shell->settled <= AHEAD && shell->said >> (fork - shell->settled - 1) & 1);
}

/* Of which forks of a process something is to be found; and what to say where nobody may look. */
struct asked {
	const struct state *page;
	const struct shell *shell;
	uint64_t first, last;
	bool unknown;
};

/* Is that child one of those forks, and has not said what it is? With the lock held. */
static bool is_silent(const struct asked *asked, pid_t child)
{
	const struct state *page = asked->page;
	struct state its;
	struct iovec to = {&its, sizeof its}, from = {(void *)STATE_ADDRESS, sizeof its};
	if (process_vm_readv(child, &to, 1, &from, 1, 0) != sizeof its)
		return asked->unknown && (errno == EPERM || errno == ENOSYS); /* else it ends, which it has said, or was killed */
	return its.magic == STATE_MAGIC && its.image == page->image && its.lineage == page->lineage && its.owner == page->owner && its.child_lineage &&
		its.forks >= asked->first && its.forks <= asked->last && !has_said(asked->shell, its.forks);
}

/* Is there any? True also where there is no list (CONFIG_PROC_CHILDREN). */
static bool any_silent(const struct asked *asked)
{
	char path[64];
	snprintf(path, sizeof path, "%d/task/%d/children", (int)asked->page->owner, (int)asked->page->owner);
	int fd = openat(proc_directory, path, O_RDONLY | O_CLOEXEC);
	FILE *list = fd < 0 ? NULL : fdopen(fd, "r");
	if (!list) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	char *text = NULL, *end = NULL;
	size_t size = 0;
	errno = 0;
	ssize_t length = getdelim(&text, &size, 0, list);
	bool any = length < 0 && errno != 0;
	/* The latest is the last. */
	for (end = length > 0 ? text + length : NULL; !any && end; end = memrchr(text, ' ', (size_t)(end - text))) {
		*end = 0;
		const char *before = memrchr(text, ' ', (size_t)(end - text));
		pid_t child = (pid_t)strtol(before ? before + 1 : text, NULL, 10);
		any = child > 0 && is_silent(asked, child);
	}
	free(text);
	fclose(list);
	return any;
}

bool background_was_made(const struct call *call)
{
	const struct state *page = &call->state;
	pthread_mutex_lock(&lock);
	const struct shell *shell = *find(page);
	bool made = !shell || shell->last != page->forks || has_said(shell, page->forks) || any_silent(&(struct asked){page, shell, page->forks, page->forks, true});
	pthread_mutex_unlock(&lock);
	return made;
}

static void wait_a_little(void)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_AGAIN_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&changed, &lock, &until);
}

/* Which one in the background it is, from 1; 0 unknown. With the lock held. */
static uint64_t number_of(const struct state *page, bool *late)
{
	uint64_t fork = page->forks;
	struct shell **link = find(page);
	/* It says nothing itself before its turn; so there is nothing to be found of it only if it has said it before. */
	for (int look = 1; *link && fork > (*link)->settled + 1 && fork <= (*link)->last && fork - (*link)->settled <= AHEAD; link = find(page), look++) {
		*late = look == LOOKS;
		if (*late || !any_silent(&(struct asked){page, *link, 0, fork - 1, false}))
			give_up(*link, fork - 1);
		else
			wait_a_little();
	}
	if (!*link || has_said(*link, fork) || fork > (*link)->last)
		return 0;
	say(*link, fork, true);
	uint64_t number = (*link)->background;
	if ((*link)->ended && (*link)->settled == (*link)->last)
		drop(link);
	return number;
}

void background_begins(struct call *call)
{
	bool late = false;
	if (!call->image->shell || !is_new_fork(call))
		return;
	pool_leave();
	pthread_mutex_lock(&lock);
	uint64_t number = number_of(&call->state, &late);
	pthread_mutex_unlock(&lock);
	pool_return();
	if (late)
		log_gap("background-order", call->image->number, "a fork of a shell did not say in time whether it runs in the background");
	if (!number || !claim_page(call))
		return;
	call->state.scope = quick_hash(call->state.scope, &number, sizeof number) | 1;
	target_write_state(call, offsetof(struct state, scope), &call->state.scope, sizeof call->state.scope);
}

void background_end(const struct call *call)
{
	if (!call->has_state || call->state.owner != (uint64_t)call->thread)
		return;
	pthread_mutex_lock(&lock);
	struct shell **link = find(&call->state);
	if (*link && (*link)->settled == (*link)->last)
		drop(link);
	else if (*link)
		(*link)->ended = true;
	pthread_mutex_unlock(&lock);
}
