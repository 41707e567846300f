#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"
#include "entry.h"
#include "fail.h"
#include "notify.h"
#include "target-memory.h"

/* The caller of a call: what it is, for as long as it waits, and its answer. */

int listener = -1;
int proc_directory = -1;

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
	if (!entry_is_gone(call->entry))
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
	entry_release(call->entry);
	call->entry = NULL;
	call->directory = call->memory = -1;
}
