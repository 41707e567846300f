#ifndef DETERMINIZER_JSON_H
#define DETERMINIZER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A strict reader of the small JSON documents this program is configured by: one object, values that are
 * strings, whole numbers, booleans or objects of the same, no duplicate keys, nothing after it.
 */

enum { JSON_MAX = 64 << 10, JSON_DEPTH = 4, JSON_MEMBERS = 64 };

enum json_kind { JSON_STRING, JSON_NUMBER, JSON_BOOLEAN, JSON_OBJECT };

struct json {
	enum json_kind kind;
	char *text;     /* string: without NUL inside, UTF-8 */
	int64_t number; /* number or boolean */
	struct json_member *members;
	size_t count;
};

struct json_member {
	char *key;
	struct json value;
	bool used; /* set by json_take; what stays unset was not understood */
};

/* Reads `length` bytes; on failure returns false with a reason in `why` (at least 160 bytes). Memory is never freed. */
bool json_read(const char *bytes, size_t length, struct json *value, char *why);

/* The member of an object, marked as used, or NULL. */
struct json *json_take(struct json *object, const char *key);

/* The first key nobody took, or NULL. */
const char *json_unused(const struct json *object);

#endif
