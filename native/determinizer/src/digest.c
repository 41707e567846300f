#include "digest.h"

#include <stdio.h>
#include <string.h>

static const uint32_t rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
	0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

#define ROUND(a, b, c, d, e, f, g, h, i)                                                                                                   \
	do {                                                                                                                                   \
		h += (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) + rounds[i] + w[i];                                      \
		d += h;                                                                                                                            \
		h += (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));                                                   \
	} while (0)

/* The variables change their places by name, eight rounds at a time, and not in memory. */
static void mix(uint32_t state[8], const uint8_t block[64])
{
	uint32_t w[64];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + a + w[i - 7] + b;
	}
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
	for (int i = 0; i < 64; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, i);
		ROUND(h, a, b, c, d, e, f, g, i + 1);
		ROUND(g, h, a, b, c, d, e, f, i + 2);
		ROUND(f, g, h, a, b, c, d, e, i + 3);
		ROUND(e, f, g, h, a, b, c, d, i + 4);
		ROUND(d, e, f, g, h, a, b, c, i + 5);
		ROUND(c, d, e, f, g, h, a, b, i + 6);
		ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_start(struct sha256 *sha)
{
	static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	memcpy(sha->state, first, sizeof first);
	sha->length = 0;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	while (length) {
		size_t used = sha->length % 64, part = 64 - used < length ? 64 - used : length;
		memcpy(sha->block + used, from, part);
		sha->length += part;
		from += part;
		length -= part;
		if (used + part == 64)
			mix(sha->state, sha->block);
	}
}

void sha256_field(struct sha256 *sha, const void *bytes, size_t length)
{
	uint64_t count = length;
	sha256_add(sha, &count, sizeof count);
	if (length)
		sha256_add(sha, bytes, length);
}

void sha256_end(struct sha256 *sha, uint8_t digest[32])
{
	uint64_t bits = sha->length * 8;
	static const uint8_t padding[64] = {0x80};
	uint8_t tail[8];
	sha256_add(sha, padding, 1 + (119 - sha->length % 64) % 64);
	for (int i = 0; i < 8; i++)
		tail[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(sha, tail, 8);
	for (int i = 0; i < 32; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void stream_bytes(const uint8_t key[32], uint64_t offset, uint8_t *out, size_t length)
{
	while (length) {
		uint8_t block[32];
		uint64_t number = offset / 32;
		struct sha256 sha;
		sha256_start(&sha);
		sha256_add(&sha, key, 32);
		sha256_add(&sha, &number, sizeof number);
		sha256_end(&sha, block);
		size_t skip = offset % 32, part = 32 - skip < length ? 32 - skip : length;
		memcpy(out, block + skip, part);
		out += part;
		offset += part;
		length -= part;
	}
}

static uint64_t left64(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static void bulk_page(const uint8_t key[32], uint64_t number, uint64_t *out, size_t words)
{
	uint64_t s[4];
	struct sha256 sha;
	sha256_start(&sha);
	sha256_add(&sha, key, 32);
	sha256_add(&sha, &number, sizeof number);
	sha256_end(&sha, (uint8_t *)s);
	for (size_t i = 0; i < words; i++) {
		uint64_t t = s[1] << 17;
		out[i] = left64(s[1] * 5, 7) * 9;
		s[2] ^= s[0];
		s[3] ^= s[1];
		s[1] ^= s[2];
		s[0] ^= s[3];
		s[2] ^= t;
		s[3] = left64(s[3], 45);
	}
}

void bulk_bytes(const uint8_t key[32], uint64_t offset, uint8_t *out, size_t length)
{
	enum { PAGE = 4096 };
	uint64_t page[PAGE / 8];
	while (length) {
		size_t skip = offset % PAGE, part = PAGE - skip < length ? PAGE - skip : length;
		bulk_page(key, offset / PAGE, page, (skip + part + 7) / 8);
		memcpy(out, (uint8_t *)page + skip, part);
		out += part;
		offset += part;
		length -= part;
	}
}

void uuid_text(uint8_t id[16], char text[37])
{
	id[6] = (uint8_t)((id[6] & 15) | 0x40);
	id[8] = (uint8_t)((id[8] & 63) | 0x80);
	for (int i = 0, at = 0; i < 16; i++)
		at += snprintf(text + at, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
}

uint64_t seeded_number(const char *seed, const char *label, uint64_t index)
{
	struct sha256 sha;
	uint8_t digest[32];
	uint64_t number;
	sha256_start(&sha);
	sha256_field(&sha, seed, strlen(seed));
	sha256_field(&sha, label, strlen(label));
	sha256_add(&sha, &index, sizeof index);
	sha256_end(&sha, digest);
	memcpy(&number, digest, sizeof number);
	return number;
}

uint64_t quick_hash(uint64_t start, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	uint64_t hash = start ^ 0xcbf29ce484222325u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ from[i]) * 0x100000001b3u;
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdu;
	return hash ^ hash >> 33;
}
