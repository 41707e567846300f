#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "notify.h"
#include "target-memory.h"

/* Reading and writing a caller's memory: read by its number, written through what belongs to it (entry.c says why). */

_Atomic bool memory_may_be_another;

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

bool memory_ended(struct call *call, ssize_t length)
{
	if (length != 0 || !call->request)
		return false;
	forget_memory(call);
	return call_memory(call);
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
