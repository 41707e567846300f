#ifndef DETERMINIZER_LOG_H
#define DETERMINIZER_LOG_H

#include <stdint.h>

/* What happened, as JSON lines; docs/determinizer.md#log lists them. Safe to use from every thread. */

/* Opens the file named in the configuration; returns an errno value or 0. */
int log_open(void);
/* Returns an errno value if not everything could be written, or 0. */
int log_close(void);

/* A line is put together in the calling thread and written whole by log_end, or dropped beyond the bound. */
void log_begin(const char *type);
void log_text(const char *key, const char *text);
void log_bytes(const char *key, const char *bytes, unsigned long length);
/* An array of NUL-terminated strings that follow each other in `bytes`, cut at a bound. */
void log_strings(const char *key, const char *bytes, unsigned long length);
void log_number(const char *key, int64_t number);
void log_open_object(const char *key);
void log_close_object(void);
void log_end(void);

/*
 * Something that was asked for and could not be done. Once per `what` and program; at most some thousands.
 * `image` 0 means the whole run.
 */
void log_gap(const char *what, uint32_t image, const char *detail);

/* Only for the end of the run: how many kinds of gaps there were. */
unsigned log_gap_count(void);

#endif
