#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "digest.h"

enum { LINE_MAX_BYTES = 16 << 10, TEXT_MAX = 4096, GAPS_MAX = 4096, DETAIL_MAX = 512, BUFFER = 64 << 10 };

static int file = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char buffer[BUFFER];
static size_t buffered;
static uint64_t written;
static uint64_t dropped;
static uint64_t gaps[GAPS_MAX];
static unsigned gap_count;
static int write_error; /* errno value: the log is not whole */

static _Thread_local char line[LINE_MAX_BYTES];
static _Thread_local size_t used;
static _Thread_local bool first;
static _Thread_local bool essential; /* written whatever the log may hold: these are few */

int log_open(void)
{
	if (config.log_descriptor >= 0) {
		file = config.log_descriptor;
		return fcntl(file, F_SETFD, FD_CLOEXEC) != 0 ? errno : 0;
	}
	if (!config.log)
		return 0;
	file = open(config.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	return file < 0 ? errno : 0;
}

static void flush_buffer(void)
{
	size_t done = 0;
	while (done < buffered) {
		ssize_t part = write(file, buffer + done, buffered - done);
		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0) {
			write_error = part < 0 ? errno : EIO;
			break;
		}
		done += (size_t)part;
	}
	buffered = 0;
}

/* Keeps 64 bytes for the closing brackets, so that a cut line is still valid. */
static void put(const char *bytes, size_t length)
{
	if (used + length > sizeof line - 64)
		return;
	memcpy(line + used, bytes, length);
	used += length;
}

/* Length of the UTF-8 sequence at `at`, or 0 if it is not valid. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
	size_t length = *at < 0x80 ? 1 : *at >= 0xc2 && *at < 0xe0 ? 2 : *at >= 0xe0 && *at < 0xf0 ? 3 : *at >= 0xf0 && *at < 0xf5 ? 4 : 0;
	if (length == 0 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] >= 0xa0) || (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] >= 0x90))
		return 0;
	return length;
}

static void put_string(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	if (length > TEXT_MAX)
		length = TEXT_MAX;
	if (used + 6 * length + 2 > sizeof line - 64)
		length = used + 2 + 64 < sizeof line ? (sizeof line - 64 - used - 2) / 6 : 0;
	put("\"", 1);
	for (size_t i = 0; i < length;) {
		char escape[8];
		size_t plain = 0;
		while (i + plain < length && at[i + plain] >= 0x20 && at[i + plain] < 0x7f && at[i + plain] != '"' && at[i + plain] != '\\')
			plain++;
		if (plain) {
			put((const char *)at + i, plain);
			i += plain;
			continue;
		}
		size_t wide = utf8_length(at + i, length - i);
		if (wide == 0) {
			put("\xef\xbf\xbd", 3);
			i++;
			continue;
		}
		if (at[i] == '"' || at[i] == '\\') {
			escape[0] = '\\';
			escape[1] = (char)at[i];
			put(escape, 2);
		} else if (at[i] < 0x20 || at[i] == 0x7f) {
			put(escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", at[i]));
		} else {
			put((const char *)at + i, wide);
		}
		i += wide;
	}
	put("\"", 1);
}

static void put_key(const char *key)
{
	if (!first)
		put(",", 1);
	first = false;
	put_string(key, strlen(key));
	put(":", 1);
}

void log_begin(const char *type)
{
	used = 0;
	first = true;
	essential = strcmp(type, "not-covered") == 0 || strcmp(type, "end") == 0;
	if (file < 0)
		return;
	put("{", 1);
	log_text("type", type);
}

void log_bytes(const char *key, const char *bytes, unsigned long length)
{
	if (file < 0)
		return;
	put_key(key);
	put_string(bytes, length);
}

void log_text(const char *key, const char *text)
{
	log_bytes(key, text, strlen(text));
}

void log_strings(const char *key, const char *bytes, unsigned long length)
{
	if (file < 0)
		return;
	put_key(key);
	put("[", 1);
	unsigned long at = 0;
	for (int i = 0; i < 64 && at < length && used < 8192; i++) {
		unsigned long size = strnlen(bytes + at, length - at);
		if (i)
			put(",", 1);
		put_string(bytes + at, size > 512 ? 512 : size);
		at += size + 1;
	}
	put("]", 1);
	if (at < length)
		log_number("argumentsCut", 1);
}

void log_number(const char *key, int64_t number)
{
	char text[24];
	if (file < 0)
		return;
	put_key(key);
	put(text, (size_t)snprintf(text, sizeof text, "%" PRId64, number));
}

void log_open_object(const char *key)
{
	if (file < 0)
		return;
	put_key(key);
	put("{", 1);
	first = true;
}

void log_close_object(void)
{
	if (file < 0)
		return;
	line[used++] = '}';
	first = false;
}

void log_end(void)
{
	if (file < 0)
		return;
	line[used++] = '}';
	line[used++] = '\n';
	pthread_mutex_lock(&lock);
	if (written + used > config.log_max && !essential) {
		dropped++;
	} else {
		if (buffered + used > sizeof buffer)
			flush_buffer();
		memcpy(buffer + buffered, line, used);
		buffered += used;
		written += used;
	}
	pthread_mutex_unlock(&lock);
}

void log_gap(const char *what, uint32_t image, const char *detail)
{
	uint64_t key = quick_hash(image, what, strlen(what));
	pthread_mutex_lock(&lock);
	bool known = gap_count == GAPS_MAX;
	for (unsigned i = 0; i < gap_count && !known; i++)
		known = gaps[i] == key;
	if (!known)
		gaps[gap_count++] = key;
	bool last = !known && gap_count == GAPS_MAX;
	pthread_mutex_unlock(&lock);
	if (known)
		return;
	if (last) {
		what = "more than can be listed";
		image = 0;
		detail = NULL;
	}
	log_begin("not-covered");
	log_text("what", what);
	log_number("process", image);
	if (detail)
		log_bytes("detail", detail, strnlen(detail, DETAIL_MAX));
	log_end();
}

unsigned log_gap_count(void)
{
	return gap_count;
}

int log_close(void)
{
	if (file < 0)
		return 0;
	pthread_mutex_lock(&lock);
	flush_buffer();
	if (dropped) {
		buffered = (size_t)snprintf(buffer, sizeof buffer, "{\"type\":\"truncated\",\"lines\":%" PRIu64 "}\n", dropped);
		flush_buffer();
	}
	if (close(file) != 0 && !write_error)
		write_error = errno;
	file = -1;
	pthread_mutex_unlock(&lock);
	return write_error;
}
