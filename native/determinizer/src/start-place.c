/* Where a build lies is no part of what its programs are: the same tree at another path starts the same. */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "image.h"

/* The directory in which the first program started, without a slash at its end. */
static char start[PATH_MAX];
static size_t start_length;

void note_start_place(const char *directory)
{
	size_t length = strlen(directory);
	while (length && directory[length - 1] == '/')
		length--;
	if (start_length || length < 2 || length >= sizeof start || *directory != '/')
		return;
	memcpy(start, directory, length);
	start_length = length;
}

static bool continues_name(char next)
{
	return next && strchr("-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", next);
}

size_t without_start_place(char *text, size_t length)
{
	size_t kept = 0;
	for (size_t at = 0; at < length;) {
		size_t end = at + start_length;
		if (start_length && text[at] == '/' && end <= length && !memcmp(text + at, start, start_length)
			&& (end == length || !continues_name(text[end]))) {
			text[kept++] = '.';
			at = end;
		} else {
			text[kept++] = text[at++];
		}
	}
	return kept;
}
