#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"

/*
 * Names of temporary files. mkstemp, mkdtemp and their relatives (sysdeps/posix/tempname.c of the GNU C library up to at least
 * 2.36, lib/tempname.c of gnulib, so also mktemp(1)) compute the first name they try from the address of a variable on the
 * stack and the nanoseconds of the monotonic clock, which is real. Only what they draw when that name exists comes from
 * getrandom. Compilers hand such names to the programs they start, so that chance would become part of what these are.
 *
 * Hence: a name that is to be made, and is exactly what that computation gives for the clock's last reading, exists
 * already, we say. Programs must expect that answer at any time. The second name has four digits of the clock's and two of
 * those drawn from getrandom, and gets the same answer; the third has the next six. About one computation in 22 gives a
 * value that the library does not take ("unfair"), and draws one from getrandom for the first name at once. For the
 * names to be the same then, what is drawn for a second name is moved by its two digits.
 */

enum { DIGITS = 10, NAME = 6, STACK = 8192, ALIGNMENT = 16 };

/* Ten digits of base 62, as tempname.c draws them from one value; of it the first six are the first name's. */
static void draw(uint64_t address, uint64_t nanoseconds, char digits[DIGITS])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	uint64_t value = 2862933555777941757u * (address / ALIGNMENT ^ nanoseconds) + 3037000493u;
	for (int i = 0; i < DIGITS; i++, value /= 62)
		digits[i] = letters[value % 62];
}

void draw_for_name(struct call *call, uint8_t bytes[8])
{
	const uint64_t eight = 218340105584896u /* 62^8 */, ten = eight * 62 * 62, unfair = UINT64_MAX - UINT64_MAX % ten;
	uint64_t tried, value;
	if (!call->has_state || !target_read_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, name_tried), &tried, sizeof tried) || tried != 1)
		return;
	memcpy(&value, bytes, sizeof value);
	if (value >= unfair)
		return; /* it draws again */
	value = value % eight * 62 * 62;
	memcpy(bytes, &value, sizeof value);
}

/* The thread's stack pointer: last but one in proc_pid_syscall(5). 0: unknown. */
static uint64_t stack_pointer(struct call *call)
{
	char text[256];
	int file = openat(call->directory, "syscall", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	ssize_t length = read(file, text, sizeof text - 1);
	close(file);
	if (length <= 0)
		return 0;
	text[length] = 0;
	char *last = strrchr(text, ' ');
	if (!last)
		return 0;
	*last = 0;
	char *at = strrchr(text, ' ');
	return at ? strtoull(at + 1, NULL, 16) : 0;
}

bool is_clock_name(struct call *call, uint64_t path_address)
{
	char path[PATH_MAX], digits[DIGITS];
	struct { uint64_t nanoseconds, tried; } last;
	_Static_assert(offsetof(struct state_more, name_tried) == offsetof(struct state_more, monotonic_ns) + 8, "read as one");
	const size_t place = STATE_MORE_OFFSET + offsetof(struct state_more, monotonic_ns);
	if (!call->has_state || !target_read_state(call, place, &last, sizeof last) || !last.nanoseconds)
		return false;
	if (target_path(call, path_address, path) || !call_look(call))
		return false;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name);
	uint64_t stack = stack_pointer(call) & -(uint64_t)ALIGNMENT;
	if (!stack || length < NAME)
		return false;
	for (uint64_t address = stack; address < stack + STACK; address += ALIGNMENT) {
		draw(address, last.nanoseconds, digits);
		/* What is left of the draw is the second name's beginning. */
		const char *from = last.tried ? digits + NAME : digits;
		size_t known = last.tried ? DIGITS - NAME : NAME;
		const char *found = memmem(name, length, from, known);
		if (!found || (size_t)(found - name) + NAME > length)
			continue;
		last.tried = !last.tried;
		if (!last.tried)
			last.nanoseconds = 0;
		target_write_state(call, place, &last, sizeof last);
		image_count(call->image, SOURCE_RANDOMNESS);
		return true;
	}
	return false;
}

void handle_mkdir(struct call *call)
{
	/* mkdtemp's mode. */
	if ((argument(call, 1) & 07777) == 0700 && is_clock_name(call, argument(call, 0)))
		call->error = EEXIST;
	else
		call->go_on = true;
}
