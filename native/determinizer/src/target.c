#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "fail.h"
#include "log.h"
#include "notify.h"

/*
 * A number may pass to another process at any time. What is read by the caller's number is therefore used only after the kernel
 * has said that the call still waits: then it was the caller's. Writing cannot be made sure of afterwards. It goes through the caller's
 * memory, opened below its /proc directory: both belong to the thread and not to its number, and fail when it is gone. They are
 * kept, from the start of the program or its first call that needs them, until it ends or executes another.
 */
struct entry {
	struct entry *next;
	pid_t thread;
	int directory, memory;
	uint32_t image;
	pid_t process, inner_process, inner_thread; /* 0 until asked for */
	bool busy, forgotten;
	uint64_t used;
};

enum { BUCKETS = 1024 };

static struct entry *buckets[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned entries, entries_max = 256;
static uint64_t ticks;
_Atomic bool memory_may_be_another;

int listener = -1;
int proc_directory = -1;

void targets_start(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		entries_max = limit.rlim_cur < 1024 ? (unsigned)limit.rlim_cur / 4 : limit.rlim_cur > 8192 ? 2048 : 256;
	}
}

bool call_waits(const struct call *call)
{
	uint64_t id = call->request->id;
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

bool call_answer(struct call *call)
{
	struct seccomp_notif_resp answer = {.id = call->request->id};
	const uint32_t unknown = without(FEATURE_CONTINUE) ? 1u << 31 : 0;
	if (call->go_on)
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE | unknown;
	else if (call->error)
		answer.error = -call->error;
	else
		answer.val = call->value;
	call->answered = true;
	bool sent = ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
	int error = errno;
	turn_end(call);
	if (sent)
		return true;
	if (call->go_on && error == EINVAL)
		fail("notify", 0, "this kernel cannot let a call go on that was looked at (SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5)");
	return false;
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

/* With the lock held: drops what has ended, and the older half if that is not enough. */
static void sweep(void)
{
	for (int round = 0; round < 2 && entries * 4 > entries_max * 3; round++)
		for (int i = 0; i < BUCKETS; i++)
			for (struct entry **link = &buckets[i]; *link;) {
				bool gone = syscall(SYS_pidfd_send_signal, (*link)->directory, 0, NULL, 0) != 0 && errno == ESRCH;
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

static bool is_gone(const struct entry *entry)
{
	return syscall(SYS_pidfd_send_signal, entry->directory, 0, NULL, 0) != 0 && errno == ESRCH;
}

static struct entry *entry_find(pid_t thread, bool sure)
{
	struct entry *found = NULL;
	pthread_mutex_lock(&lock);
	for (struct entry **link = &buckets[(unsigned)thread % BUCKETS]; *link; link = &(*link)->next) {
		if ((*link)->thread != thread || (*link)->busy)
			continue;
		/* The number may have passed to another thread: the directory knows. */
		if (sure && is_gone(*link)) {
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

static struct entry *entry_open(struct call *call)
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

static void forget_memory(struct call *call)
{
	close(call->memory);
	call->memory = call->entry->memory = -1;
}

/* The memory of a program that changed its ids belongs to root: as the caller, this thread could not open it. */
static int open_memory(struct call *call)
{
	bool was_changed = become_usual_again();
	int memory = openat(call->directory, "mem", O_RDWR | O_CLOEXEC);
	if (was_changed && !become_caller(call)) {
		close(memory);
		return -1;
	}
	return memory;
}

bool call_memory(struct call *call)
{
	if (!call_look(call))
		return false;
	if (call->memory >= 0 && memory_may_be_another && !call->opened)
		forget_memory(call);
	if (call->memory < 0)
		call->memory = call->entry->memory = open_memory(call);
	call->opened = true;
	return call->memory >= 0;
}

/* What was kept of a program that ended reads and writes nothing, where the caller runs another since. */
static bool memory_ended(struct call *call, ssize_t length)
{
	if (length != 0 || !call->request)
		return false;
	forget_memory(call);
	return call_memory(call);
}

static bool read_state(struct call *call)
{
	ssize_t length = call->memory < 0 ? -1 : pread(call->memory, &call->state, sizeof call->state, STATE_ADDRESS);
	if (memory_ended(call, length))
		length = pread(call->memory, &call->state, sizeof call->state, STATE_ADDRESS);
	return length == sizeof call->state && call->state.magic == STATE_MAGIC;
}

/* Of which argument the first bytes will be needed: paths, and what rt_sigaction sets. -1: none. */
static int head_argument(int number)
{
	switch (number) {
	case SYS_stat:
	case SYS_lstat:
	case SYS_execve:
	case SYS_open:
	case SYS_creat:
	case SYS_rename:
		return 0;
	case SYS_newfstatat:
	case SYS_statx:
	case SYS_openat:
	case SYS_rt_sigaction:
		return 1;
	default:
		return -1;
	}
}

/* One reading by the caller's number gives what most calls need; afterwards it is made sure that it was still the caller's. */
static bool peek(struct call *call)
{
	struct iovec to[2] = {{&call->state, sizeof call->state}, {call->head, sizeof call->head}};
	struct iovec from[3] = {{(void *)STATE_ADDRESS, sizeof call->state}};
	unsigned long parts = 1;
	int index = head_argument(call->request->data.nr);
	uint64_t address = index >= 0 ? argument(call, index) : call->request->data.nr == SYS_exit_group ? STATE_ADDRESS + STATE_MORE_OFFSET : 0;
	if (address && address < UINT64_MAX - sizeof call->head) {
		size_t first = 4096 - address % 4096;
		if (first > sizeof call->head)
			first = sizeof call->head;
		from[parts++] = (struct iovec){(void *)(uintptr_t)address, first};
		if (first < sizeof call->head)
			from[parts++] = (struct iovec){(void *)(uintptr_t)(address + first), sizeof call->head - first};
	}
	ssize_t length = process_vm_readv(call->thread, to, 2, from, parts, 0);
	if (length < (ssize_t)sizeof call->state || call->state.magic != STATE_MAGIC || !call_waits(call))
		return false;
	call->head_address = address;
	call->head_length = (size_t)length - sizeof call->state;
	return true;
}

static bool use_entry(struct call *call, bool sure)
{
	call->entry = entry_find(call->thread, sure);
	call->unsure = call->entry && !sure;
	if (!call->entry)
		call->entry = entry_open(call);
	if (!call->entry)
		return false;
	call->directory = call->entry->directory;
	call->memory = call->entry->memory;
	return true;
}

bool call_was_mistaken(struct call *call)
{
	if (!call->unsure)
		return false;
	call->unsure = false;
	if (!is_gone(call->entry))
		return false;
	target_forget(call->thread);
	call_close(call);
	return true;
}

bool call_look(struct call *call)
{
	return (call->entry && !call_was_mistaken(call)) || use_entry(call, true);
}

bool call_glance(struct call *call)
{
	return call->glances ? call->entry || use_entry(call, false) : call_look(call);
}

bool call_open(struct call *call)
{
	call->has_state = call->by_number = peek(call);
	if (call->has_state) {
		call->image = image_at(call->state.image);
		return true;
	}
	call->head_length = 0;
	if (!call_memory(call) && !call->entry) {
		call->error = EPERM;
		return false;
	}
	call->has_state = read_state(call);
	if (call->has_state)
		call->entry->image = call->state.image;
	call->image = image_at(call->entry->image);
	return true;
}

bool call_open_loosely(struct call *call)
{
	char path[48];
	struct entry *entry = calloc(1, sizeof *entry);
	if (!entry)
		return false;
	snprintf(path, sizeof path, "%d", call->thread);
	*entry = (struct entry){.thread = call->thread, .busy = true, .forgotten = true, .memory = -1};
	entry->directory = openat(proc_directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entry->directory >= 0)
		entry->memory = openat(entry->directory, "mem", O_RDWR | O_CLOEXEC);
	if (entry->memory < 0 || (call->request && !call_waits(call))) {
		if (entry->memory >= 0)
			close(entry->memory);
		if (entry->directory >= 0)
			close(entry->directory);
		free(entry);
		return false;
	}
	call->entry = entry;
	call->directory = entry->directory;
	call->memory = entry->memory;
	call->has_state = read_state(call);
	call->image = image_at(call->has_state ? call->state.image : 0);
	return true;
}

void call_close(struct call *call)
{
	if (!call->entry)
		return;
	pthread_mutex_lock(&lock);
	call->entry->busy = false;
	if (call->entry->forgotten)
		entry_free(call->entry);
	pthread_mutex_unlock(&lock);
	call->entry = NULL;
	call->directory = call->memory = -1;
}

size_t target_read(const struct call *call, uint64_t address, void *bytes, size_t length)
{
	/* Page by page at the seams, so that what is readable before a bad page is still read. */
	struct iovec to = {bytes, length}, from[16];
	int parts = 0;
	size_t left = length;
	uint64_t at = address;
	if (length == 0 || address + length < address)
		return 0;
	if (address >= call->head_address && address - call->head_address < call->head_length &&
		length <= call->head_length - (address - call->head_address)) {
		memcpy(bytes, call->head + (address - call->head_address), length);
		return length;
	}
	while (left && parts < 16) {
		size_t part = parts < 15 ? 4096 - at % 4096 : left;
		if (part > left)
			part = left;
		from[parts++] = (struct iovec){(void *)(uintptr_t)at, part};
		at += part;
		left -= part;
	}
	ssize_t done = process_vm_readv(call->thread, &to, 1, from, (unsigned long)parts, 0);
	/* Some container engines forbid it. */
	if (done < 0 && (errno == EPERM || errno == ENOSYS) && call->memory >= 0 && address <= INT64_MAX)
		done = pread(call->memory, bytes, length, (off_t)address);
	/* It was read by number. */
	return done < 0 || !call_waits(call) ? 0 : (size_t)done;
}

/* For tests: what is between the last look and the writing takes long. */
static void pause_before_writing(uint64_t address)
{
	static _Atomic int times;
	struct timespec pause = {1, 0};
	if (!without(FEATURE_PROMPTNESS))
		return;
	if (address == PAUSE_ADDRESS)
		raise(SIGSTOP);
	else if (address == PAUSE_ONCE_ADDRESS && times++ == 0)
		nanosleep(&pause, NULL);
}

bool target_write(struct call *call, uint64_t address, const void *bytes, size_t length)
{
	size_t done = 0;
	bool again = false;
	if (address > INT64_MAX || length > INT64_MAX - address || !call_memory(call))
		return false;
	/* Who was broken off by a signal may have other uses for that memory by now. */
	while (!call->request || call_waits(call)) {
		ssize_t part = 0;
		pause_before_writing(address);
		while (done < length && (part = pwrite(call->memory, (const char *)bytes + done, length - done, (off_t)(address + done))) > 0)
			done += (size_t)part;
		if (done == length || again || !memory_ended(call, part))
			break;
		again = true;
	}
	return done == length;
}

void target_write_state(struct call *call, size_t offset, const void *bytes, size_t length)
{
	if (call->has_state)
		target_write(call, STATE_ADDRESS + offset, bytes, length);
}

bool target_read_state(struct call *call, size_t offset, void *bytes, size_t length)
{
	if (!call->has_state)
		return false;
	if (call->by_number)
		return target_read(call, STATE_ADDRESS + offset, bytes, length) == length;
	return pread(call->memory, bytes, length, (off_t)(STATE_ADDRESS + offset)) == (ssize_t)length;
}

int target_path(const struct call *call, uint64_t address, char path[PATH_MAX])
{
	size_t have = 0;
	if (call->head_length && address == call->head_address)
		memcpy(path, call->head, have = call->head_length);
	else
		have = target_read(call, address, path, 256);
	if (have == 0)
		return EFAULT;
	if (memchr(path, 0, have))
		return 0;
	if (have < 256)
		return EFAULT;
	have += target_read(call, address + 256, path + 256, PATH_MAX - 256);
	if (memchr(path, 0, have))
		return 0;
	return have < PATH_MAX ? EFAULT : ENAMETOOLONG;
}

static void read_numbers(const struct call *call)
{
	char text[2048];
	int file = openat(call->directory, "status", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	ssize_t length = read(file, text, sizeof text - 1);
	close(file);
	if (length <= 0)
		return;
	text[length] = 0;
	const char *at = strstr(text, "\nTgid:");
	if (at)
		call->entry->process = (pid_t)strtol(at + 6, NULL, 10);
	/* One number for each process namespace it is in, the innermost last. */
	for (int i = 0; i < 2; i++)
		if ((at = strstr(text, i ? "\nNSpid:" : "\nNStgid:"))) {
			char *end = (char *)(uintptr_t)at + (i ? 7 : 8);
			long number = 0;
			while (*end == '\t' || *end == ' ')
				number = strtol(end, &end, 10);
			if (i)
				call->entry->inner_thread = (pid_t)number;
			else
				call->entry->inner_process = (pid_t)number;
		}
}

pid_t target_process(struct call *call, bool inner)
{
	if (!call->entry && !inner && call->request) {
		/* Only the first thread of a process has a process descriptor; then it has its number. */
		int handle = (int)syscall(SYS_pidfd_open, call->thread, 0);
		if (handle >= 0) {
			close(handle);
			if (call_waits(call))
				return call->thread;
		}
	}
	if (!call->entry && !call_look(call))
		return 0;
	if (inner ? !call->entry->inner_process : !call->entry->process)
		read_numbers(call);
	return inner ? call->entry->inner_process : call->entry->process;
}

pid_t target_inner_thread(struct call *call)
{
	if (!call_look(call))
		return 0;
	if (!call->entry->inner_thread)
		read_numbers(call);
	return call->entry->inner_thread;
}

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* since Linux 6.9 */
#endif

/* A thread may have descriptors of its own, and outlive the first one: where the kernel can, the thread itself is asked. */
static int open_handle(struct call *call)
{
	pid_t process = target_process(call, false);
	int handle = (int)syscall(SYS_pidfd_open, call->thread, PIDFD_THREAD);
	if (handle >= 0 || errno != EINVAL || process == 0)
		return handle;
	if (process != call->thread && syscall(SYS_kcmp, process, call->thread, 2 /* KCMP_FILES */, 0, 0) != 0) {
		log_gap("descriptor of a thread with descriptors of its own cannot be had from this kernel", call->image->number, NULL);
		errno = EBADF;
		return -1;
	}
	return (int)syscall(SYS_pidfd_open, process, 0);
}

int target_descriptor(struct call *call, int fd)
{
	int handle = open_handle(call);
	if (handle < 0)
		return -1;
	/* The number was the caller's when it was read, and the caller still waits: the handle is its own. */
	if (!call_waits(call)) {
		close(handle);
		errno = ESRCH;
		return -1;
	}
	int copy = (int)syscall(SYS_pidfd_getfd, handle, fd, 0);
	int error = errno;
	close(handle);
	errno = error;
	return copy;
}
