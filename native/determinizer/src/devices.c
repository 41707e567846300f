#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/random.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "digest.h"
#include "handlers.h"

/*
 * /dev/urandom, /dev/random and /proc/sys/kernel/random/uuid as files of a file system that one thread of ours serves
 * (FUSE: linux/fuse.h). Each opening has a stream of its own, keyed by who opens it and the how many-th it is, that
 * never ends. For an opening the opener's memory is looked into, which can have to wait for other threads of that process;
 * so openings have a thread of their own, and the one that answers all else never waits for anybody.
 */

enum { NODE_ROOT = FUSE_ROOT_ID, NODE_URANDOM, NODE_RANDOM, NODE_UUID, NODES_END };
enum { READ_MAX = 1 << 20, WRITE_MAX = 64 << 10, PAGES_MAX = READ_MAX / 4096, UUID_LENGTH = 37, STACK = 128 << 10, FOREVER = 1 << 30 };

static const char *const names[NODES_END] = {[NODE_URANDOM] = "urandom", [NODE_RANDOM] = "random", [NODE_UUID] = "uuid"};

struct opening {
	uint8_t key[32];
	uint64_t position; /* of the stream: like the device's, it does not depend on the file's position */
	char text[UUID_LENGTH + 1];
};

static int connection = -1, mounted = -1, openings[2] = {-1, -1};
static uint64_t made; /* when the files say that they were */
static uint32_t device_major, device_minor;
static bool serving;

int devices_mount(void)
{
	return mounted;
}

void devices_leave(void)
{
	if (connection >= 0)
		close(connection);
	connection = -1;
}

bool devices_start(char *why)
{
	char text[24];
	struct stat device;
	made = (uint64_t)(config.epoch >= 0 ? config.epoch : time(NULL));
	connection = (int)config.fuse;
	if (connection < 0 || fstat(connection, &device) != 0 || !S_ISCHR(device.st_mode) || device.st_rdev != makedev(10, 229)) {
		devices_leave();
		connection = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	}
	if (without(FEATURE_FUSE) || connection < 0) {
		snprintf(why, 160, "/dev/fuse: %s", strerror(without(FEATURE_FUSE) ? ENOENT : errno));
		devices_leave();
		return false;
	}
	fcntl(connection, F_SETFD, FD_CLOEXEC);
	int context = fsopen("fuse", FSOPEN_CLOEXEC);
	bool fine = context >= 0;
	snprintf(text, sizeof text, "%d", connection);
	fine = fine && fsconfig(context, FSCONFIG_SET_STRING, "fd", text, 0) == 0;
	fine = fine && fsconfig(context, FSCONFIG_SET_STRING, "rootmode", "40755", 0) == 0;
	snprintf(text, sizeof text, "%u", geteuid());
	fine = fine && fsconfig(context, FSCONFIG_SET_STRING, "user_id", text, 0) == 0;
	snprintf(text, sizeof text, "%u", getegid());
	fine = fine && fsconfig(context, FSCONFIG_SET_STRING, "group_id", text, 0) == 0;
	fine = fine && fsconfig(context, FSCONFIG_SET_FLAG, "allow_other", NULL, 0) == 0;
	fine = fine && fsconfig(context, FSCONFIG_SET_FLAG, "default_permissions", NULL, 0) == 0;
	fine = fine && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
	if (fine)
		mounted = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME);
	int error = errno;
	if (context >= 0)
		close(context);
	if (mounted < 0) {
		snprintf(why, 160, "FUSE cannot be mounted: %s", strerror(error));
		devices_leave();
		return false;
	}
	return true;
}

static void reply(const struct fuse_in_header *request, int error, const void *bytes, size_t length)
{
	struct fuse_out_header head = {.len = (uint32_t)(sizeof head + (error ? 0 : length)), .error = -error, .unique = request->unique};
	struct iovec parts[2] = {{&head, sizeof head}, {(void *)(uintptr_t)bytes, length}};
	/* ENOENT: whoever asked was killed meanwhile. */
	ssize_t ignored = writev(connection, parts, error || !length ? 1 : 2);
	(void)ignored;
}

static struct fuse_attr attributes_of(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.mode = node == NODE_ROOT ? S_IFDIR | 0755 : node == NODE_UUID ? S_IFREG | 0444 : S_IFREG | 0666,
		.nlink = 1,
		.uid = geteuid(),
		.gid = getegid(),
		.blksize = 4096,
		.atime = made,
		.mtime = made,
		.ctime = made,
	};
}

static void start(const struct fuse_in_header *request, const struct fuse_init_in *wanted)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = wanted->minor < FUSE_KERNEL_MINOR_VERSION ? wanted->minor : FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = wanted->max_readahead,
		.flags = wanted->flags & (FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES | FUSE_ATOMIC_O_TRUNC),
		.max_background = 16,
		.congestion_threshold = 12,
		.max_write = WRITE_MAX,
		.time_gran = 1,
		.max_pages = PAGES_MAX,
	};
	/* The first word must be the version we both know; other majors than 7 do not exist. */
	reply(request, wanted->major == FUSE_KERNEL_VERSION && wanted->minor >= 23 ? 0 : EPROTO, &out, sizeof out);
}

static void look_up(const struct fuse_in_header *request, const char *name, size_t length)
{
	for (uint64_t node = NODE_URANDOM; node < NODES_END; node++)
		if (request->nodeid == NODE_ROOT && strnlen(name, length) == strlen(names[node]) && memcmp(name, names[node], strlen(names[node])) == 0) {
			struct fuse_entry_out out = {.nodeid = node, .entry_valid = FOREVER, .attr_valid = FOREVER, .attr = attributes_of(node)};
			reply(request, 0, &out, sizeof out);
			return;
		}
	reply(request, ENOENT, NULL, 0);
}

static void open_node(const struct fuse_in_header *request)
{
	struct opening *opening = calloc(1, sizeof *opening);
	if (!opening) {
		reply(request, ENOMEM, NULL, 0);
		return;
	}
	random_device_key((pid_t)request->pid, NULL, 1, opening->key);
	struct fuse_open_out out = {.fh = (uint64_t)(uintptr_t)opening, .open_flags = FOPEN_DIRECT_IO};
	reply(request, 0, &out, sizeof out);
}

/* As reading the kernel's does, a reading from the start makes a new one. */
static size_t read_uuid(struct opening *opening, uint64_t offset, uint8_t *out, size_t size)
{
	uint8_t id[16];
	if (offset == 0) {
		bulk_bytes(opening->key, 16 * opening->position++, id, sizeof id);
		uuid_text(id, opening->text);
		strcat(opening->text, "\n");
	}
	size_t length = strlen(opening->text), left = offset < length ? length - (size_t)offset : 0;
	if (size > left)
		size = left;
	memcpy(out, opening->text + offset * (size > 0), size);
	return size;
}

static void read_node(const struct fuse_in_header *request, const struct fuse_read_in *wanted)
{
	static uint8_t bytes[READ_MAX];
	struct opening *opening = (struct opening *)(uintptr_t)wanted->fh;
	size_t size = wanted->size < sizeof bytes ? wanted->size : sizeof bytes;
	if (request->nodeid == NODE_UUID) {
		size = read_uuid(opening, wanted->offset, bytes, size);
	} else {
		bulk_bytes(opening->key, opening->position, bytes, size);
		opening->position += size;
	}
	reply(request, 0, bytes, size);
}

/* How much entropy there is: as much as ever. Nothing else is allowed to programs without rights. */
static void control(const struct fuse_in_header *request, const struct fuse_ioctl_in *wanted)
{
	struct {
		struct fuse_ioctl_out head;
		int entropy;
	} out = {.entropy = 256};
	if (wanted->cmd == RNDGETENTCNT && wanted->out_size >= sizeof out.entropy && request->nodeid != NODE_UUID)
		reply(request, 0, &out, sizeof out.head + sizeof out.entropy);
	else
		reply(request, request->nodeid == NODE_UUID || _IOC_TYPE(wanted->cmd) != _IOC_TYPE(RNDGETENTCNT) ? ENOTTY : EPERM, NULL, 0);
}

static void answer(const struct fuse_in_header *request, const void *body, size_t length)
{
	switch (request->opcode) {
	case FUSE_INIT:
		start(request, body);
		break;
	case FUSE_LOOKUP:
		look_up(request, body, length);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR: {
		struct fuse_attr_out out = {.attr_valid = FOREVER, .attr = attributes_of(request->nodeid)};
		/* Cutting it to no length is what opening a device to write asks for, and means nothing. */
		bool changes = request->opcode == FUSE_SETATTR &&
			(((const struct fuse_setattr_in *)body)->valid & (FATTR_MODE | FATTR_UID | FATTR_GID | FATTR_ATIME | FATTR_MTIME));
		reply(request, changes ? EPERM : 0, &out, sizeof out);
		break;
	}
	case FUSE_OPEN:
		if (write(openings[1], request, sizeof *request) != sizeof *request)
			reply(request, EAGAIN, NULL, 0); /* more than a thousand at once */
		break;
	case FUSE_READ:
		read_node(request, body);
		break;
	case FUSE_WRITE: {
		struct fuse_write_out out = {.size = ((const struct fuse_write_in *)body)->size};
		reply(request, 0, &out, sizeof out);
		break;
	}
	case FUSE_IOCTL:
		control(request, body);
		break;
	case FUSE_RELEASE:
		free((void *)(uintptr_t)((const struct fuse_release_in *)body)->fh);
		reply(request, 0, NULL, 0);
		break;
	case FUSE_STATFS: {
		struct fuse_statfs_out out = {.st = {.bsize = 4096, .frsize = 4096, .namelen = 255}};
		reply(request, 0, &out, sizeof out);
		break;
	}
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT: /* the answer comes at once anyway */
		break;
	default:
		reply(request, ENOSYS, NULL, 0);
	}
}

static void *serve_openings(void *unused)
{
	struct fuse_in_header request;
	(void)unused;
	while (read(openings[0], &request, sizeof request) == sizeof request)
		open_node(&request);
	return NULL;
}

static void *serve(void *unused)
{
	static union {
		struct fuse_in_header head;
		uint8_t bytes[WRITE_MAX + 4096];
	} request;
	(void)unused;
	for (;;) {
		ssize_t length = read(connection, &request, sizeof request);
		if (length < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
			continue;
		if (length < (ssize_t)sizeof request.head)
			return NULL; /* nothing is mounted any more */
		answer(&request.head, request.bytes + sizeof request.head, (size_t)length - sizeof request.head);
	}
}

static bool start_thread(void *(*run)(void *))
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	bool started = pthread_create(&thread, &attributes, run, NULL) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

bool devices_serve(void)
{
	struct statx file;
	if (mounted < 0)
		return false;
	/* Only the writing end may not wait. */
	bool started = pipe2(openings, O_CLOEXEC) == 0 && fcntl(openings[1], F_SETFL, O_NONBLOCK) == 0 && start_thread(serve_openings) &&
		start_thread(serve);
	if (!started) {
		devices_leave(); /* whoever asks is told so, instead of waiting */
	} else if (statx(mounted, "", AT_EMPTY_PATH, STATX_TYPE, &file) == 0) {
		device_major = file.stx_dev_major;
		device_minor = file.stx_dev_minor;
		serving = true;
	}
	close(mounted);
	mounted = -1;
	return serving;
}

bool device_shown(struct statx *file)
{
	if (devices_answered())
		return device_opening_shown(file);
	if (!serving || file->stx_dev_minor != device_minor || file->stx_dev_major != device_major)
		return false;
	if (file->stx_ino != NODE_URANDOM && file->stx_ino != NODE_RANDOM)
		return true;
	file->stx_mode = S_IFCHR | 0666;
	file->stx_rdev_major = 1;
	file->stx_rdev_minor = file->stx_ino == NODE_URANDOM ? 9 : 8;
	return true;
}
