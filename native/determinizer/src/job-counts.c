/* How many jobs a build runs at once is no part of what its programs are: `make -j1` and `make -j8` start the same. */
#include <stdbool.h>
#include <string.h>

#include "image.h"

static const char *const runners[] = {"make", "gmake", "remake", "ninja", "samu", "scons", "waf", "cargo", "cmake", "ctest", "dpkg-buildpackage", NULL};

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* The number of arguments, from this one on, that only say how many jobs: `-j8`, `-j 8`, `-j`, `--jobs=8`, `--parallel 8`. */
static unsigned says_jobs(const char *argument, const char *next)
{
	static const char *const longs[] = {"--jobs", "--parallel", NULL};

	if (!strncmp(argument, "-j", 2) && is_number(argument + 2))
		return 1;
	if (!strcmp(argument, "-j"))
		return next && is_number(next) ? 2 : 1;
	for (unsigned i = 0; longs[i]; i++) {
		size_t length = strlen(longs[i]);
		if (strncmp(argument, longs[i], length))
			continue;
		if (argument[length] == '=' && is_number(argument + length + 1))
			return 1;
		if (!argument[length])
			return next && is_number(next) ? 2 : 1;
	}
	return 0;
}

size_t without_job_counts(const char *executable, char *arguments, size_t length)
{
	const char *name = strrchr(executable, '/');
	bool runs = false;

	name = name ? name + 1 : executable;
	for (unsigned i = 0; runners[i]; i++)
		runs |= !strcmp(name, runners[i]);
	/* The last argument was cut off where there were too many. */
	if (!runs || !length || arguments[length - 1])
		return length;
	size_t kept = strlen(arguments) + 1;
	for (size_t at = kept; at < length;) {
		size_t size = strlen(arguments + at) + 1;
		const char *next = at + size < length ? arguments + at + size : NULL;
		unsigned skipped = says_jobs(arguments + at, next);
		if (skipped == 2)
			size += strlen(next) + 1;
		if (!skipped) {
			memmove(arguments + kept, arguments + at, size);
			kept += size;
		}
		at += size;
	}
	return kept;
}
