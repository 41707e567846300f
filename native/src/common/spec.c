#include "common/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fail.h"

struct spec spec_of(char *bytes, size_t length)
{
	if (length > 0 && bytes[length - 1] != '\0')
		fail("request", 0, "the request does not end in NUL");
	return (struct spec){.bytes = bytes, .length = length, .at = 0};
}

char *read_exactly(int fd, size_t length)
{
	char *bytes = malloc(length ? length : 1);
	size_t done = 0;

	if (!bytes)
		fail("request", errno, "no memory for a request of %zu bytes", length);
	while (done < length) {
		ssize_t got = read(fd, bytes + done, length - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail("request", errno, "cannot read the request");
		if (got == 0)
			fail("request", 0, "the request ends after %zu of %zu bytes", done, length);
		done += (size_t)got;
	}
	return bytes;
}

char *spec_key(struct spec *spec)
{
	char *text;

	if (spec->at >= spec->length)
		return NULL;
	text = spec->bytes + spec->at;
	spec->at += strlen(text) + 1;
	return text;
}

char *spec_value(struct spec *spec, const char *key)
{
	char *text = spec_key(spec);

	if (!text)
		fail("request", 0, "no value for %s", key);
	return text;
}

bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');
		if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*number = value;
	return true;
}

uint64_t spec_number(struct spec *spec, const char *key, uint64_t max)
{
	char *text = spec_value(spec, key);
	uint64_t number;

	if (!parse_number(text, max, &number))
		fail("request", 0, "%s is not a number up to %llu: %.40s", key, (unsigned long long)max, text);
	return number;
}
