#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digest.h"
#include "handlers.h"
#include "log.h"

/*
 * Random devices where there is no FUSE: every opening of a file is seen, and one of a device is answered with a descriptor of
 * ours that yields the bytes which devices.c would give. That is a socket fed by a thread, and sealed memory for a uuid. It has to be
 * a socket, as with SO_RCVLOWAT one gives whole what is read, which pipes do not.
 */

enum device { NONE, URANDOM, RANDOM, UUID, DEVICES_END };
enum { BUCKETS = 256, FIRST_BUFFER = 8 << 10, LATER_BUFFER = 256 << 10, PART = 16 << 10, STACK = 256 << 10, UUID_LENGTH = 37, EVENTS = 32 };

static const char *const paths[DEVICES_END] = {[URANDOM] = "/dev/urandom", [RANDOM] = "/dev/random", [UUID] = "/proc/sys/kernel/random/uuid"};

/* A socket that somebody may read from. */
struct fed {
	struct fed *next;
	uint64_t socket; /* inode number of the reader's end */
	enum device device;
	int fd;
	bool drained; /* its first bytes were not enough */
	uint8_t key[32];
	uint64_t position;
};

static bool answered;
static struct statx there[DEVICES_END]; /* what lies at the paths; stx_mask is 0 where nothing does */
static struct statx memory; /* where sealed memory is */
static uint32_t socket_major, socket_minor;
static struct fed *buckets[BUCKETS];
static unsigned fed_count, fed_max;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, keys = PTHREAD_MUTEX_INITIALIZER;
static int polled = -1, watched = -1;

/* A time no file has: it marks our memory as such. */
static const struct timespec mark = {0x5e1f5a3e, 0x1e1f5a3e};

bool devices_answered(void)
{
	return answered;
}

/* In a process of its own, which then has a filter. ENOENT: all it lacks is a call that waits. */
static _Noreturn void try_descriptor(void)
{
	struct sock_filter code = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
	struct sock_fprog whole = {1, &code};
	int fd = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &whole) : -1;
	struct seccomp_notif_addfd wish = {.id = UINT64_MAX, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)fd};
	_exit(fd >= 0 && ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &wish) != 0 && errno == ENOENT ? 0 : 1);
}

void devices_answer(void)
{
	int status = 1;
	pid_t child = without(FEATURE_ADD_DESCRIPTOR) ? -1 : fork();
	if (child == 0)
		try_descriptor();
	answered = child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static struct fed **find(uint64_t socket)
{
	struct fed **link = &buckets[socket % BUCKETS];
	while (*link && (*link)->socket != socket)
		link = &(*link)->next;
	return link;
}

/* Sends what fits. */
static void feed_one(struct fed *fed)
{
	uint8_t bytes[PART];
	for (;;) {
		bulk_bytes(fed->key, fed->position, bytes, sizeof bytes);
		ssize_t sent = send(fed->fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		fed->position += (uint64_t)sent;
	}
}

static void end_one(struct fed *fed)
{
	pthread_mutex_lock(&lock);
	struct fed **link = find(fed->socket);
	if (*link == fed)
		*link = fed->next;
	fed_count--;
	pthread_mutex_unlock(&lock);
	close(fed->fd);
	free(fed);
}

static void *feed(void *unused)
{
	struct epoll_event events[EVENTS];
	char nowhere[4096];
	(void)unused;
	for (int count = 0; count >= 0 || errno == EINTR; count = epoll_wait(polled, events, EVENTS, -1)) {
		for (int i = 0; i < count; i++) {
			struct fed *fed = events[i].data.ptr;
			if (events[i].events & (EPOLLHUP | EPOLLERR)) {
				end_one(fed);
				continue;
			}
			if (events[i].events & EPOLLIN)
				(void)!recv(fed->fd, nowhere, sizeof nowhere, MSG_DONTWAIT);
			if (!(events[i].events & EPOLLOUT))
				continue;
			if (!fed->drained)
				setsockopt(fed->fd, SOL_SOCKET, SO_SNDBUF, &(int){LATER_BUFFER}, sizeof(int));
			fed->drained = true;
			feed_one(fed);
		}
	}
	return NULL;
}

bool devices_answer_start(void)
{
	pthread_t thread;
	pthread_attr_t attributes;
	struct rlimit limit;
	struct stat file;
	if (!answered)
		return true;
	fed_max = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 8192 ? (unsigned)limit.rlim_cur / 2 : 4096;
	watched = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (int i = URANDOM; i < DEVICES_END; i++) {
		struct place place = {AT_FDCWD, -1, ""};
		if (statx(AT_FDCWD, paths[i], 0, STATX_BASIC_STATS, &there[i]) != 0) {
			there[i].stx_mask = 0;
			continue;
		}
		there[i].stx_mask &= ~STATX_BTIME; /* that file system has none */
		/* So that it is known by this path, whoever is seen to open it first. */
		snprintf(place.path, sizeof place.path, "%s", paths[i]);
		if (determined(SOURCE_INODES))
			inode_shown(NULL, &there[i], &place);
		if (watched >= 0)
			inotify_add_watch(watched, paths[i], IN_OPEN);
	}
	int sample = memfd_create("uuid", MFD_CLOEXEC), pair = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool fine = sample >= 0 && pair >= 0 && statx(sample, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &memory) == 0 && fstat(pair, &file) == 0;
	socket_major = major(file.st_dev);
	socket_minor = minor(file.st_dev);
	if (sample >= 0)
		close(sample);
	if (pair >= 0)
		close(pair);
	polled = epoll_create1(EPOLL_CLOEXEC);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	fine = fine && polled >= 0 && pthread_create(&thread, &attributes, feed, NULL) == 0;
	pthread_attr_destroy(&attributes);
	return fine;
}

void devices_answer_report(void)
{
	struct inotify_event event;
	if (answered && watched >= 0 && read(watched, &event, sizeof event) == sizeof event)
		log_gap("random-device-by-other-name", 0, "a program opened one by a symbolic link or in a way that is not seen: it ends, and all read the same");
}

/* Which of our devices that file is. */
static enum device device_of(const struct statx *file)
{
	enum device device = NONE;
	if (S_ISSOCK(file->stx_mode)) {
		if (file->stx_dev_major != socket_major || file->stx_dev_minor != socket_minor)
			return NONE;
		pthread_mutex_lock(&lock);
		const struct fed *fed = *find(file->stx_ino);
		device = fed ? fed->device : NONE;
		pthread_mutex_unlock(&lock);
		return device;
	}
	for (int i = URANDOM; i < DEVICES_END; i++)
		if ((there[i].stx_mask & STATX_INO) && there[i].stx_ino == file->stx_ino && there[i].stx_dev_major == file->stx_dev_major &&
			there[i].stx_dev_minor == file->stx_dev_minor)
			return (enum device)i;
	if (file->stx_dev_major == memory.stx_dev_major && file->stx_dev_minor == memory.stx_dev_minor && file->stx_size == UUID_LENGTH &&
		file->stx_mtime.tv_sec == mark.tv_sec && file->stx_mtime.tv_nsec == (uint32_t)mark.tv_nsec)
		return UUID;
	return NONE;
}

bool device_opening_shown(struct statx *file)
{
	enum device device = device_of(file);
	if (device == NONE || !there[device].stx_mask)
		return false;
	*file = there[device];
	file->stx_size = 0;
	if (device == UUID)
		return true;
	file->stx_mode = S_IFCHR | 0666;
	file->stx_rdev_major = 1;
	file->stx_rdev_minor = device == URANDOM ? 9 : 8;
	return true;
}

static int make_uuid(const uint8_t key[32])
{
	uint8_t id[16];
	char text[UUID_LENGTH + 1];
	bulk_bytes(key, 0, id, sizeof id);
	uuid_text(id, text);
	strcat(text, "\n");
	int fd = memfd_create("uuid", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && (pwrite(fd, text, UUID_LENGTH, 0) != UUID_LENGTH || fchmod(fd, 0444) != 0 || futimens(fd, (struct timespec[2]){mark, mark}) != 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The reader's end, or -1. */
static int make_stream(enum device device, const uint8_t key[32], uint64_t flags)
{
	int ends[2];
	struct stat file;
	struct fed *fed = calloc(1, sizeof *fed);
	if (!fed || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0), 0, ends) != 0) {
		free(fed);
		return -1;
	}
	*fed = (struct fed){.device = device, .fd = ends[0]};
	memcpy(fed->key, key, sizeof fed->key);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &(int){FIRST_BUFFER}, sizeof(int));
	bool fine = setsockopt(ends[1], SOL_SOCKET, SO_RCVLOWAT, &(int){INT_MAX}, sizeof(int)) == 0 && fstat(ends[1], &file) == 0;
	if ((flags & O_ACCMODE) == O_RDONLY)
		shutdown(ends[0], SHUT_RD);
	feed_one(fed);
	pthread_mutex_lock(&lock);
	fine = fine && fed_count < fed_max;
	if (fine) {
		fed->socket = file.st_ino;
		fed->next = buckets[fed->socket % BUCKETS];
		buckets[fed->socket % BUCKETS] = fed;
		fed_count++;
	}
	pthread_mutex_unlock(&lock);
	if (!fine) {
		close(ends[0]);
		close(ends[1]);
		free(fed);
		return -1;
	}
	struct epoll_event event = {.events = EPOLLOUT | ((flags & O_ACCMODE) == O_RDONLY ? 0 : EPOLLIN), .data.ptr = fed};
	if (epoll_ctl(polled, EPOLL_CTL_ADD, fed->fd, &event) != 0) {
		end_one(fed);
		close(ends[1]);
		return -1;
	}
	return ends[1];
}

/* Can that name be one of a device? It is cheap to say no to most. */
static bool may_be_device(const char *path)
{
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	return strcmp(name, "urandom") == 0 || strcmp(name, "random") == 0 || strcmp(name, "uuid") == 0 || strncmp(path, "/dev/std", 8) == 0 ||
		strstr(path, "fd/");
}

static enum device look(struct call *call, int fd, const char *path, int flags)
{
	struct place place;
	struct statx file;
	enum device device = NONE;
	if (!become_caller(call) || !call_look(call) || place_find(call, fd, path, flags, &place) != 0)
		return NONE;
	if (statx(place.directory, place.path, flags, STATX_BASIC_STATS, &file) == 0 ||
		(errno == ENOENT && !flags && place_retry(call, fd, path, flags, &place) && statx(place.directory, place.path, flags, STATX_BASIC_STATS, &file) == 0))
		device = device_of(&file);
	place_close(&place);
	return device;
}

static void next_key(const struct call *call, int step, uint8_t key[32])
{
	pthread_mutex_lock(&keys);
	random_device_key(call->thread, call->request, step, key);
	pthread_mutex_unlock(&keys);
}

bool device_opened(struct call *call, int fd, uint64_t address, uint64_t flags)
{
	char path[PATH_MAX];
	uint8_t key[32];
	if (!answered || (flags & (O_PATH | O_DIRECTORY | O_EXCL)) || target_path(call, address, path) || !may_be_device(path))
		return false;
	enum device device = look(call, fd, path, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
	uint64_t access = flags & O_ACCMODE;
	if (device == NONE || (device == UUID && access != O_RDONLY))
		return false;
	become_usual_again();
	next_key(call, 1, key);
	int given = device == UUID ? make_uuid(key) : access == O_WRONLY ? open("/dev/null", O_WRONLY | O_CLOEXEC) : make_stream(device, key, flags);
	if (given < 0) {
		log_gap("random-device-refused", call->image->number, "no more of them can be open at once");
		next_key(call, -1, key);
		call->error = ENFILE;
		return true;
	}
	struct seccomp_notif_addfd gift = {.id = call->request->id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)given,
		.newfd_flags = flags & O_CLOEXEC ? O_CLOEXEC : 0};
	int result = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &gift), error = errno;
	close(given);
	/* ENOENT: it does not wait any more. Else it may have no more descriptors, and is told so. */
	if (result < 0)
		next_key(call, -1, key);
	call->answered = result >= 0 || error == ENOENT;
	call->error = error;
	return true;
}
