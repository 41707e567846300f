#ifndef SELFSAME_SHA256_H
#define SELFSAME_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 as FIPS 180-4 defines it. */
struct sha256 {
	uint32_t state[8];
	uint64_t length;
	unsigned char block[64];
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
/* Writes 64 lower-case hexadecimal digits and a NUL. */
void sha256_end(struct sha256 *hash, char hex[65]);

#endif
