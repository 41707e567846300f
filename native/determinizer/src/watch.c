#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "background.h"
#include "handlers.h"
#include "log.h"

/*
 * Calls that the kernel performs as they stand, after a note: files that are written, processes that end or
 * change who they are. The note says what was asked for; it is not proof that it was done.
 */

static void note_path(struct call *call, const char *type, int fd, uint64_t address)
{
	char path[PATH_MAX], link[32], base[PATH_MAX];
	if (target_path(call, address, path))
		return;
	call->image->writes++;
	if ((!config.log && config.log_descriptor < 0) || !config.log_writes)
		return;
	base[0] = 0;
	if (*path != '/' && call_look(call)) {
		if (fd == AT_FDCWD)
			snprintf(link, sizeof link, "cwd");
		else
			snprintf(link, sizeof link, "fd/%d", fd);
		ssize_t length = readlinkat(call->directory, link, base, sizeof base - 1);
		base[length < 0 ? 0 : length] = 0;
	}
	log_begin(type);
	log_number("process", call->image->number);
	if (*base)
		log_text("directory", base);
	log_text("path", path);
	log_end();
}

static void open_path(struct call *call, int fd, uint64_t address, uint64_t flags)
{
	if (device_opened(call, fd, address, flags)) {
		call->go_on = false;
		return;
	}
	call->go_on = true;
	if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC))
		note_path(call, "write", fd, address);
}

void handle_open(struct call *call)
{
	open_path(call, AT_FDCWD, argument(call, 0), argument(call, 1));
}

void handle_creat(struct call *call)
{
	open_path(call, AT_FDCWD, argument(call, 0), O_WRONLY | O_CREAT | O_TRUNC);
}

void handle_openat(struct call *call)
{
	const int made = O_CREAT | O_EXCL;
	/* mkstemp's mode. */
	if (determined(SOURCE_RANDOMNESS) && (int_argument(call, 2) & made) == made && (argument(call, 3) & 07777) == 0600 &&
		is_clock_name(call, argument(call, 1))) {
		call->error = EEXIST;
		return;
	}
	open_path(call, int_argument(call, 0), argument(call, 1), argument(call, 2));
}

void handle_openat2(struct call *call)
{
	struct open_how how;
	call->go_on = true;
	if (target_read(call, argument(call, 2), &how, sizeof how) == sizeof how)
		open_path(call, int_argument(call, 0), argument(call, 1), how.resolve ? how.flags | O_EXCL : how.flags);
}

void handle_link(struct call *call)
{
	call->go_on = true;
	note_path(call, "write", AT_FDCWD, argument(call, 1));
}

void handle_linkat(struct call *call)
{
	call->go_on = true;
	note_path(call, "write", int_argument(call, 2), argument(call, 3));
}

void handle_symlinkat(struct call *call)
{
	call->go_on = true;
	note_path(call, "write", int_argument(call, 1), argument(call, 2));
}

void handle_rename(struct call *call)
{
	call->go_on = true;
	note_path(call, "rename-from", AT_FDCWD, argument(call, 0));
	note_path(call, "rename-to", AT_FDCWD, argument(call, 1));
}

void handle_renameat(struct call *call)
{
	call->go_on = true;
	note_path(call, "rename-from", int_argument(call, 0), argument(call, 1));
	note_path(call, "rename-to", int_argument(call, 2), argument(call, 3));
}

void take_counts(struct call *call)
{
	uint64_t counter;
	if (!call->has_state)
		return;
	call->image->counts[SOURCE_CLOCK] += call->state.reads + call->state.cpu_reads;
	if ((call->state.flags & STATE_COUNTER) &&
		target_read_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, counter), &counter, sizeof counter))
		call->image->counts[SOURCE_TIME_STAMP_COUNTER] += counter;
	if (call->state.stalls) {
		image_count(call->image, SOURCE_CLOCK);
		log_gap("wall clock moved by real time, because the program waited for it", call->image->number, NULL);
	}
}

/* The last word of a process. */
void handle_exit_group(struct call *call)
{
	call->go_on = true;
	take_counts(call);
	background_none(call);
	background_end(call);
	target_forget(call->thread);
}

/* Looked at only while process numbers vary, to know who uses his. */
void handle_process_number(struct call *call)
{
	call->go_on = true;
	image_count(call->image, SOURCE_PIDS);
}

void handle_ids_change(struct call *call)
{
	call->go_on = true;
	if (!ids_stay(call))
		ids_may_differ = true;
}

/* They matter only if they change what paths or ids mean. */
void note_namespaces(uint64_t flags)
{
	if (flags & CLONE_NEWNS)
		roots_may_differ = true;
	if (flags & CLONE_NEWUSER)
		ids_may_differ = true;
}

void handle_root_change(struct call *call)
{
	int number = call->request->data.nr;
	call->go_on = true;
	if (number == SYS_unshare) {
		note_namespaces(argument(call, 0));
	} else {
		roots_may_differ = true;
		if (number == SYS_setns)
			ids_may_differ = true;
	}
}

/*
 * Two attributes of a process are ours: how the time stamp counter is read, and that it may be looked into, without
 * which none of its calls could be answered. The program is told that its wish was fulfilled.
 */
void handle_prctl(struct call *call)
{
	bool counter = int_argument(call, 0) == PR_SET_TSC;
	if (counter ? !determined(SOURCE_TIME_STAMP_COUNTER) : argument(call, 1) != 0) {
		call->go_on = true;
		return;
	}
	log_gap(counter ? "wish to change how the time stamp counter is read was ignored" : "wish not to be looked into was ignored",
		call->image->number, NULL);
	call->error = 0;
}

/* The start-up code could not map its page: nothing in this process would be determined. */
void handle_failed_takeover(struct call *call)
{
	log_gap("state page could not be mapped; the program was ended", call->image->number, NULL);
	if (call_look(call))
		syscall(SYS_pidfd_send_signal, call->directory, SIGKILL, NULL, 0);
	call->error = ENOSYS;
}

void handle_other_architecture(struct call *call)
{
	log_gap("32-bit system call refused", call->image->number, NULL);
	call->error = ENOSYS;
}
