#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entry.h"
#include "log.h"

/* Numbers and descriptors of a caller's process. */

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
