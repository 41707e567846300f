#include "init/status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[] = {
	[EXITED] = "exited",
	[SIGNALLED] = "signalled",
	[TIMED_OUT] = "timed-out",
	[OUT_OF_MEMORY] = "out-of-memory",
	[DISK_LIMIT] = "disk-limit",
	[FILE_SYSTEM_FULL] = "file-system-full",
	[TOO_MANY_PROCESSES] = "too-many-processes",
	[CANCELLED] = "cancelled",
	[SUPERVISOR_DIED] = "supervisor-died",
};

void json_string(char *to, size_t size, const char *text)
{
	size_t at = 0;

	to[at++] = '"';
	for (; *text && at + 8 < size; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\') {
			to[at++] = '\\';
			to[at++] = (char)byte;
		} else if (byte < 0x20 || byte >= 0x7f) {
			at += (size_t)snprintf(to + at, size - at, "\\u%04x", byte);
		} else {
			to[at++] = (char)byte;
		}
	}
	to[at++] = '"';
	to[at] = '\0';
}

/* One write per line, below PIPE_BUF. A reader that is gone is noticed elsewhere. */
static void say(const char *line)
{
	(void)!write(STATUS_FD, line, strlen(line));
}

void say_not_fixed(const char *what)
{
	char text[1024], line[1100];

	json_string(text, sizeof text, what);
	snprintf(line, sizeof line, "{\"type\":\"not-fixed\",\"what\":%s}\n", text);
	say(line);
}

void say_started(void)
{
	say("{\"type\":\"started\"}\n");
}

void say_not_started(const char *stage, const char *reason)
{
	char text[2048], line[2200];

	json_string(text, sizeof text, reason);
	snprintf(line, sizeof line, "{\"type\":\"not-started\",\"stage\":\"%s\",\"reason\":%s}\n", stage, text);
	say(line);
}

void say_ended(enum ending how, int value, uint64_t peak_memory)
{
	char line[160];

	snprintf(line, sizeof line, "{\"type\":\"ended\",\"how\":\"%s\",\"value\":%d,\"peakMemory\":%llu}\n", endings[how], value,
		 (unsigned long long)peak_memory);
	say(line);
}
