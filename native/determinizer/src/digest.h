#ifndef DETERMINIZER_DIGEST_H
#define DETERMINIZER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4). */
struct sha256 {
	uint32_t state[8];
	uint64_t length;
	uint8_t block[64];
};

void sha256_start(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t length);
/* As sha256_add, but preceded by the length, so that neighbouring fields cannot run together. */
void sha256_field(struct sha256 *sha, const void *bytes, size_t length);
void sha256_end(struct sha256 *sha, uint8_t digest[32]);

/* Bytes `offset` to `offset + length` of the endless stream SHA-256(key ‖ 0) ‖ SHA-256(key ‖ 1) ‖ … */
void stream_bytes(const uint8_t key[32], uint64_t offset, uint8_t *out, size_t length);

/*
 * Bytes of an endless stream that is cheap to make: page n of 4096 bytes is what xoshiro256** (Blackman and Vigna, 2018) gives
 * when it starts from SHA-256(key ‖ n).
 */
void bulk_bytes(const uint8_t key[32], uint64_t offset, uint8_t *out, size_t length);

/* A version 4 identifier (RFC 9562) of 16 bytes that are changed for it; 36 characters and a NUL. */
void uuid_text(uint8_t id[16], char text[37]);

/* A number from a seed text and a label: the same for the same, unrelated for any other. */
uint64_t seeded_number(const char *seed, const char *label, uint64_t index);

/* A quick mixing of bytes to 64 bits (FNV-1a with a finisher); for tables and inode numbers, not for secrecy. */
uint64_t quick_hash(uint64_t start, const void *bytes, size_t length);

#endif
