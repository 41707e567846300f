#ifndef SELFSAME_SPEC_H
#define SELFSAME_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The request both programs get from packages/selfsame/src/sandbox/container/spec.ts. It is a run of
 * NUL-terminated strings: a key, then as many values as that key takes. Nothing is escaped, so every
 * path and value may hold any byte but NUL.
 */
struct spec {
	char *bytes;
	size_t length;
	size_t at;
};

/* Largest part accepted, bytes: far above any real request (environment and fact files included). */
enum { SPEC_MAX = 16 << 20 };

/* Takes over `bytes`, which must end in NUL (or be empty). Fails the program otherwise. */
struct spec spec_of(char *bytes, size_t length);

/* Reads exactly `length` bytes from `fd` into new memory, or fails the program. */
char *read_exactly(int fd, size_t length);

/* The next key, or NULL at the end. Memory belongs to the spec. */
char *spec_key(struct spec *spec);
/* The next value of `key`, or fails the program at the end of the spec. */
char *spec_value(struct spec *spec, const char *key);
/* The same as a decimal number from 0 to `max`; anything else fails the program. */
uint64_t spec_number(struct spec *spec, const char *key, uint64_t max);

/* A decimal number from 0 to `max` and nothing else; false if it is not one. */
bool parse_number(const char *text, uint64_t max, uint64_t *number);

#endif
