#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "handlers.h"

/*
 * Numbers for files. The number shown comes from the path under which a file is first seen, so that it does not
 * depend on what else the file system has stored, nor on who looks first. Which file it is, is known by device,
 * number and birth time: numbers are used again after a file is deleted.
 */
struct known {
	uint64_t device, real; /* real + 1; 0 free */
	int64_t birth;         /* nanoseconds, or 0 where the file system has none */
	uint32_t shown;
	bool timed;            /* its modification time was set by a program and is shown as it is */
	struct timespec time;
};

enum { KNOWN_MAX = 1 << 24 };

static struct known *table;
static size_t size, used;
static uint64_t *taken; /* numbers that are shown already, a bit each of 2^22, to make most of them unique */
static uint64_t loose;
static _Atomic bool any_timed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum { TAKEN_BITS = 22 };

void inodes_start(void)
{
	size = 4096;
	table = calloc(size, sizeof *table);
	taken = calloc((1u << TAKEN_BITS) / 64, sizeof *taken);
	if (!table || !taken)
		abort();
}

static uint64_t key_of(uint64_t device, uint64_t real)
{
	uint64_t key = (real ^ device * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
	return key ^ key >> 32;
}

static bool grow(void)
{
	struct known *larger = calloc(size * 2, sizeof *larger);
	if (!larger)
		return false;
	for (size_t i = 0; i < size; i++)
		if (table[i].real) {
			size_t at = key_of(table[i].device, table[i].real - 1) & (size * 2 - 1);
			while (larger[at].real)
				at = (at + 1) & (size * 2 - 1);
			larger[at] = table[i];
		}
	free(table);
	table = larger;
	size *= 2;
	return true;
}

/* With the lock held: the place of a file in the table, free if it is not known. */
static struct known *find(uint64_t device, uint64_t real)
{
	size_t at = key_of(device, real) & (size - 1);
	while (table[at].real && (table[at].real != real + 1 || table[at].device != device))
		at = (at + 1) & (size - 1);
	return &table[at];
}

static uint64_t device_of(const struct statx *file)
{
	return (uint64_t)file->stx_dev_major << 32 | file->stx_dev_minor;
}

static int64_t birth_of(const struct statx *file)
{
	return file->stx_mask & STATX_BTIME ? file->stx_btime.tv_sec * 1000000000 + file->stx_btime.tv_nsec : 0;
}

/* 31 bits, never 0, and not one that is in use as far as can be told cheaply. */
static uint32_t number_for(uint64_t hash)
{
	for (int attempt = 0;; attempt++) {
		uint32_t number = (uint32_t)(hash >> 17) & 0x7fffffff;
		uint32_t bit = number & ((1u << TAKEN_BITS) - 1);
		bool free_bit = !(taken[bit / 64] >> (bit % 64) & 1);
		if ((free_bit || attempt == 64) && number > 2) {
			taken[bit / 64] |= 1ull << (bit % 64);
			return number;
		}
		hash = quick_hash(hash, &attempt, sizeof attempt);
	}
}

/* The same wherever the build lies. */
static uint64_t path_hash(const char *path, size_t length)
{
	char inside[PATH_MAX];
	if (length <= sizeof inside) {
		memcpy(inside, path, length);
		length = without_start_place(inside, length);
		path = inside;
	}
	return quick_hash(varied(SOURCE_INODES, "inodes", 0), path, length);
}

/* The path of a place without links, as the kernel names it. */
static size_t name_place(const struct place *where, char *name, size_t max, bool follow)
{
	char link[32];
	int fd = openat(where->directory, where->path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return 0;
	snprintf(link, sizeof link, "self/fd/%d", fd);
	ssize_t length = readlinkat(proc_directory, link, name, max);
	close(fd);
	return length <= 0 || name[0] != '/' ? 0 : (size_t)length;
}

uint64_t inode_shown(struct call *call, const struct statx *real, const struct place *where)
{
	(void)call;
	pthread_mutex_lock(&lock);
	struct known *known = find(device_of(real), real->stx_ino);
	if (known->real && known->birth == birth_of(real)) {
		uint32_t shown = known->shown;
		pthread_mutex_unlock(&lock);
		return shown;
	}
	pthread_mutex_unlock(&lock);

	char name[PATH_MAX];
	size_t length = name_place(where, name, sizeof name, (real->stx_mode & S_IFMT) != S_IFLNK);

	pthread_mutex_lock(&lock);
	known = find(device_of(real), real->stx_ino);
	if (!known->real || known->birth != birth_of(real)) {
		bool added = !known->real;
		if (added && used * 2 >= size) {
			if (used >= KNOWN_MAX || !grow()) {
				pthread_mutex_unlock(&lock);
				return path_hash(name, length) & 0x7fffffff;
			}
			known = find(device_of(real), real->stx_ino);
		}
		uint64_t number = length ? path_hash(name, length) : path_hash((char *)&loose, sizeof loose);
		if (!length)
			loose++;
		*known = (struct known){.device = device_of(real), .real = real->stx_ino + 1, .birth = birth_of(real), .shown = number_for(number)};
		used += added;
	}
	uint32_t shown = known->shown;
	pthread_mutex_unlock(&lock);
	return shown;
}

uint64_t inode_of_entry(const char *directory, uint64_t device, uint64_t real, const char *name)
{
	pthread_mutex_lock(&lock);
	struct known *known = find(device, real);
	uint32_t shown = known->real ? known->shown : 0;
	pthread_mutex_unlock(&lock);
	if (shown)
		return shown;
	char path[PATH_MAX + 256];
	int length = snprintf(path, sizeof path, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, name);
	uint32_t number = (uint32_t)(path_hash(path, (size_t)length) >> 17) & 0x7fffffff;
	return number > 2 ? number : 3;
}

void inode_set_time(const struct statx *file, struct timespec time)
{
	pthread_mutex_lock(&lock);
	struct known *known = find(device_of(file), file->stx_ino);
	if (known->real && known->birth == birth_of(file)) {
		known->timed = any_timed = true;
		known->time = time;
	}
	pthread_mutex_unlock(&lock);
}

bool inode_has_time(const struct statx *file)
{
	if (!any_timed)
		return false;
	pthread_mutex_lock(&lock);
	const struct known *known = find(device_of(file), file->stx_ino);
	bool has = known->real && known->timed && known->birth == birth_of(file) && known->time.tv_sec == file->stx_mtime.tv_sec &&
		known->time.tv_nsec == (long)file->stx_mtime.tv_nsec;
	pthread_mutex_unlock(&lock);
	return has;
}
