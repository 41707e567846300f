#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "digest.h"
#include "handlers.h"
#include "log.h"
#include "notify.h"

/*
 * Directories are read whole, put in order, and handed out from there. The position is the index in that
 * order and is kept where the kernel keeps it, in the caller's open file: so dup, fork, rewinddir and
 * seekdir work as ever. A listing that is not read to its end at once is remembered, because programs
 * delete while they read.
 */

struct item {
	uint64_t order;
	uint64_t inode;
	const char *name;
	uint16_t length;
	uint8_t type;
};

struct listing {
	struct listing *next;
	dev_t device;
	ino_t inode;
	pid_t process;
	int fd;
	char *bytes;
	struct item *items;
	size_t count;
	size_t size; /* of both in memory */
};

enum { CHUNK = 256 << 10, LISTING_MAX = 1 << 30, KEPT_MAX = 64, KEPT_BYTES = 64 << 20 };

static struct listing *kept;
static unsigned kept_count;
static size_t kept_bytes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void listing_free(struct listing *listing)
{
	if (listing) {
		free(listing->bytes);
		free(listing->items);
		free(listing);
	}
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct item *)left)->name, ((const struct item *)right)->name);
}

static int by_name_reversed(const void *left, const void *right)
{
	return by_name(right, left);
}

static int by_order(const void *left, const void *right)
{
	uint64_t a = ((const struct item *)left)->order, b = ((const struct item *)right)->order;
	return a < b ? -1 : a > b ? 1 : by_name(left, right);
}

static void put_in_order(struct listing *listing)
{
	const struct setting *setting = &config.sources[SOURCE_DIRECTORY_ORDER];
	int (*compare)(const void *, const void *) = by_name;
	if (setting->mode == MODE_VARY && strcmp(setting->seed, "reversed") == 0) {
		compare = by_name_reversed;
	} else if (setting->mode == MODE_VARY) {
		uint64_t seed = varied(SOURCE_DIRECTORY_ORDER, "directory order", 0);
		for (size_t i = 0; i < listing->count; i++)
			listing->items[i].order = quick_hash(seed, listing->items[i].name, listing->items[i].length);
		compare = by_order;
	}
	qsort(listing->items, listing->count, sizeof *listing->items, compare);
}

/* Reads the whole directory behind `fd`, whose position it changes. NULL and errno if that fails. */
static struct listing *listing_read(int fd)
{
	struct listing *listing = calloc(1, sizeof *listing);
	size_t length = 0, room = 0;
	if (!listing)
		return NULL;
	if (lseek(fd, 0, SEEK_SET) != 0)
		goto failed;
	for (;;) {
		if (room - length < CHUNK) {
			room = room ? room * 2 : CHUNK;
			char *larger = room > LISTING_MAX ? NULL : realloc(listing->bytes, room);
			if (!larger) {
				errno = ENOMEM;
				goto failed;
			}
			listing->bytes = larger;
		}
		long part = syscall(SYS_getdents64, fd, listing->bytes + length, CHUNK);
		if (part < 0)
			goto failed;
		if (part == 0)
			break;
		length += (size_t)part;
	}
	size_t count = 0;
	for (size_t at = 0; at < length; count++)
		at += ((struct dirent64 *)(void *)(listing->bytes + at))->d_reclen;
	listing->items = calloc(count ? count : 1, sizeof *listing->items);
	if (!listing->items)
		goto failed;
	for (size_t at = 0; at < length;) {
		const struct dirent64 *entry = (struct dirent64 *)(void *)(listing->bytes + at);
		listing->items[listing->count++] =
			(struct item){0, entry->d_ino, entry->d_name, (uint16_t)strlen(entry->d_name), entry->d_type};
		at += entry->d_reclen;
	}
	listing->size = room + count * sizeof *listing->items;
	if (determined(SOURCE_DIRECTORY_ORDER))
		put_in_order(listing);
	return listing;
failed:
	listing_free(listing);
	return NULL;
}

static struct listing *kept_take(pid_t process, int fd, const struct stat *directory)
{
	struct listing *found = NULL;
	pthread_mutex_lock(&lock);
	for (struct listing **link = &kept; *link; link = &(*link)->next)
		if ((*link)->process == process && (*link)->fd == fd && (*link)->device == directory->st_dev && (*link)->inode == directory->st_ino) {
			found = *link;
			*link = found->next;
			kept_count--;
			kept_bytes -= found->size;
			break;
		}
	pthread_mutex_unlock(&lock);
	return found;
}

/* The newest is kept however large it is, so that whoever reads alone goes on where it was. */
static void kept_put(struct listing *listing)
{
	struct listing *dropped = NULL;
	pthread_mutex_lock(&lock);
	listing->next = kept;
	kept = listing;
	kept_count++;
	kept_bytes += listing->size;
	while (kept_count > 1 && (kept_count > KEPT_MAX || kept_bytes > KEPT_BYTES)) {
		struct listing **link = &kept;
		while ((*link)->next)
			link = &(*link)->next;
		struct listing *oldest = *link;
		*link = NULL;
		kept_count--;
		kept_bytes -= oldest->size;
		oldest->next = dropped;
		dropped = oldest;
	}
	pthread_mutex_unlock(&lock);
	while (dropped) {
		struct listing *next = dropped->next;
		listing_free(dropped);
		dropped = next;
	}
}

static void directory_path(int fd, char path[PATH_MAX])
{
	char link[32];
	snprintf(link, sizeof link, "self/fd/%d", fd);
	ssize_t length = readlinkat(proc_directory, link, path, PATH_MAX - 1);
	path[length < 0 ? 0 : length] = 0;
}

/* Puts items from `from` on into `out` as the kernel would; returns the bytes used, and the next item in `to`. */
static size_t fill(const struct listing *listing, size_t from, size_t *to, char *out, size_t room, bool old, int fd, dev_t device)
{
	size_t used = 0, i = from;
	char path[PATH_MAX];
	uint64_t number_device = (uint64_t)major(device) << 32 | minor(device);
	if (determined(SOURCE_INODES))
		directory_path(fd, path);
	for (; i < listing->count; i++) {
		const struct item *item = &listing->items[i];
		/* 64-bit: inode, offset, length, type, name. Old: inode, offset, length, name, type in the last byte. */
		size_t head = old ? 18 : 19, size = (head + item->length + 1u + (old ? 1 : 0) + 7) & ~(size_t)7;
		if (used + size > room)
			break;
		bool up = strcmp(item->name, "..") == 0 || strcmp(item->name, ".") == 0;
		uint64_t inode = item->inode, offset = i + 1;
		if (determined(SOURCE_INODES))
			inode = up ? 1 : inode_of_entry(path, number_device, item->inode, item->name);
		uint16_t length = (uint16_t)size;
		memset(out + used, 0, size);
		memcpy(out + used, &inode, 8);
		memcpy(out + used + 8, &offset, 8);
		memcpy(out + used + 16, &length, 2);
		if (!old)
			out[used + 18] = (char)item->type;
		memcpy(out + used + head, item->name, item->length);
		if (old)
			out[used + size - 1] = (char)item->type;
		used += size;
	}
	*to = i;
	return used;
}

static void serve(struct call *call, int fd, const struct stat *directory, bool old)
{
	int number = int_argument(call, 0);
	size_t room = (unsigned)argument(call, 2);
	pid_t process = target_process(call, false);
	off_t position = lseek(fd, 0, SEEK_CUR);
	if (position < 0) {
		call->error = errno;
		return;
	}
	struct listing *listing = kept_take(process, number, directory);
	if (position == 0) {
		listing_free(listing);
		listing = NULL;
	}
	if (!listing) {
		listing = listing_read(fd);
		int error = errno;
		lseek(fd, position, SEEK_SET);
		if (!listing) {
			if (error == ENOMEM)
				log_gap("directory too large", call->image->number, NULL);
			call->error = error;
			return;
		}
		listing->process = process;
		listing->fd = number;
		listing->device = directory->st_dev;
		listing->inode = directory->st_ino;
	}
	if (room > CHUNK)
		room = CHUNK;
	char *out = malloc(room ? room : 1);
	size_t next = (size_t)position;
	size_t used = out && next < listing->count ? fill(listing, next, &next, out, room, old, fd, directory->st_dev) : 0;
	bool more = (size_t)position < listing->count;
	image_count(call->image, SOURCE_DIRECTORY_ORDER);
	if (!out) {
		call->error = ENOMEM;
	} else if (more && used == 0) {
		call->error = EINVAL; /* the buffer does not hold one entry */
	} else if (used && !target_write(call, argument(call, 1), out, used)) {
		call->error = EFAULT;
	} else if (call_waits(call)) {
		lseek(fd, (off_t)next, SEEK_SET);
		call->error = 0;
		call->value = (int64_t)used;
	}
	free(out);
	if (more)
		kept_put(listing);
	else
		listing_free(listing);
}

static void read_directory(struct call *call, bool old)
{
	if (!features.descriptor_copy) {
		call->go_on = true;
		return;
	}
	int fd = target_descriptor(call, int_argument(call, 0));
	struct stat directory;
	if (fd < 0) {
		call->error = errno;
		return;
	}
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_PATH))
		call->error = EBADF;
	else if (fstat(fd, &directory) != 0)
		call->error = errno;
	else if (!S_ISDIR(directory.st_mode))
		call->error = ENOTDIR;
	else
		serve(call, fd, &directory, old);
	close(fd);
}

void handle_getdents(struct call *call)
{
	read_directory(call, true);
}

void handle_getdents64(struct call *call)
{
	read_directory(call, false);
}
