#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entry.h"

/*
 * A number may pass to another process at any time. What is read by the caller's number is therefore used only after the kernel
 * has said that the call still waits: then it was the caller's. Writing cannot be made sure of afterwards. It goes through the caller's
 * memory, opened below its /proc directory: both belong to the thread and not to its number, and fail when it is gone. They are
 * kept, from the start of the program or its first call that needs them, until it ends or executes another.
 */
enum { BUCKETS = 1024 };

static struct entry *buckets[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned entries, entries_max = 256;
static uint64_t ticks;

void targets_start(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		entries_max = limit.rlim_cur < 1024 ? (unsigned)limit.rlim_cur / 4 : limit.rlim_cur > 8192 ? 2048 : 256;
	}
}

static void entry_free(struct entry *entry)
{
	close(entry->directory);
	if (entry->memory >= 0)
		close(entry->memory);
	free(entry);
}

/* With the lock held: takes the entry out of its bucket, and frees it unless it is in use. */
static void entry_drop(struct entry **link)
{
	struct entry *entry = *link;
	*link = entry->next;
	entries--;
	entry->forgotten = true;
	if (!entry->busy)
		entry_free(entry);
}

void target_forget(pid_t thread)
{
	pthread_mutex_lock(&lock);
	for (struct entry **link = &buckets[(unsigned)thread % BUCKETS]; *link;) {
		if ((*link)->thread == thread)
			entry_drop(link);
		else
			link = &(*link)->next;
	}
	pthread_mutex_unlock(&lock);
}

bool entry_is_gone(const struct entry *entry)
{
	return syscall(SYS_pidfd_send_signal, entry->directory, 0, NULL, 0) != 0 && errno == ESRCH;
}

/* With the lock held: drops what has ended, and the older half if that is not enough. */
static void sweep(void)
{
	for (int round = 0; round < 2 && entries * 4 > entries_max * 3; round++)
		for (int i = 0; i < BUCKETS; i++)
			for (struct entry **link = &buckets[i]; *link;) {
				bool gone = entry_is_gone(*link);
				if (!(*link)->busy && (gone || (round == 1 && (*link)->used + entries_max / 2 < ticks)))
					entry_drop(link);
				else
					link = &(*link)->next;
			}
}

/*
 * With a call, keeps it only while that waits. Asked with the lock held: whatever the caller does next, and whoever has its number next,
 * is forgotten about later than that.
 */
static bool entry_keep(struct entry *entry, const struct call *call)
{
	pthread_mutex_lock(&lock);
	if (call && !call_waits(call)) {
		pthread_mutex_unlock(&lock);
		entry_free(entry);
		return false;
	}
	if (entries >= entries_max)
		sweep();
	if (entries < entries_max) {
		entry->forgotten = false;
		entry->used = ++ticks;
		entry->next = buckets[(unsigned)entry->thread % BUCKETS];
		buckets[(unsigned)entry->thread % BUCKETS] = entry;
		entries++;
	} else if (!entry->busy) {
		entry_free(entry);
	}
	pthread_mutex_unlock(&lock);
	return true;
}

void target_learn(pid_t process, int directory, int memory, uint32_t image)
{
	target_forget(process);
	struct entry *entry = calloc(1, sizeof *entry);
	if (!entry) {
		close(directory);
		close(memory);
		return;
	}
	*entry = (struct entry){.thread = process, .directory = directory, .memory = memory, .image = image, .process = process};
	entry_keep(entry, NULL);
}

struct entry *entry_find(pid_t thread, bool sure)
{
	struct entry *found = NULL;
	pthread_mutex_lock(&lock);
	for (struct entry **link = &buckets[(unsigned)thread % BUCKETS]; *link; link = &(*link)->next) {
		if ((*link)->thread != thread || (*link)->busy)
			continue;
		/* The number may have passed to another thread: the directory knows. */
		if (sure && entry_is_gone(*link)) {
			entry_drop(link);
			break;
		}
		found = *link;
		found->busy = true;
		found->used = ++ticks;
		break;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

struct entry *entry_open(struct call *call)
{
	char path[48];
	struct entry *entry = calloc(1, sizeof *entry);
	if (!entry)
		return NULL;
	snprintf(path, sizeof path, "%d", call->thread);
	entry->thread = call->thread;
	entry->busy = true;
	entry->forgotten = true;
	entry->directory = openat(proc_directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entry->directory < 0) {
		call->reason = errno;
		free(entry);
		return NULL;
	}
	entry->memory = -1;
	return entry_keep(entry, call) ? entry : NULL;
}

void entry_release(struct entry *entry)
{
	pthread_mutex_lock(&lock);
	entry->busy = false;
	if (entry->forgotten)
		entry_free(entry);
	pthread_mutex_unlock(&lock);
}
