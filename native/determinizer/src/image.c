#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "log.h"

enum { CHUNK = 1024 };

static struct image *chunks[IMAGES_MAX / CHUNK];
static _Atomic uint32_t count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* How often each parent started each program: open addressing, never removed from. */
struct spawn {
	uint64_t key; /* 0 free */
	uint64_t times;
};
static struct spawn *spawns;
static size_t spawns_size, spawns_used;

void images_start(void)
{
	chunks[0] = calloc(CHUNK, sizeof **chunks);
	if (!chunks[0])
		abort();
	struct sha256 sha;
	sha256_start(&sha);
	bool varies = config.sources[SOURCE_RANDOMNESS].mode == MODE_VARY;
	const char *seed = varies ? config.sources[SOURCE_RANDOMNESS].seed : config.seed;
	sha256_field(&sha, seed, strlen(seed));
	if (varies)
		sha256_field(&sha, "vary", 4); /* never what is fixed, whatever the seeds */
	sha256_end(&sha, chunks[0]->random_key);
	count = 1;
}

struct image *image_at(uint32_t number)
{
	if (number >= count)
		number = 0;
	return &chunks[number / CHUNK][number % CHUNK];
}

uint32_t images_count(void)
{
	return count;
}

static bool grow_spawns(void)
{
	size_t size = spawns_size ? spawns_size * 2 : 1024;
	struct spawn *larger = calloc(size, sizeof *larger);
	if (!larger)
		return false;
	for (size_t i = 0; i < spawns_size; i++)
		if (spawns[i].key) {
			size_t at = spawns[i].key & (size - 1);
			while (larger[at].key)
				at = (at + 1) & (size - 1);
			larger[at] = spawns[i];
		}
	free(spawns);
	spawns = larger;
	spawns_size = size;
	return true;
}

static uint64_t count_spawn(uint64_t start, const uint8_t digest[32])
{
	uint64_t key = quick_hash(start, digest, 32) | 1;
	if (spawns_used * 2 >= spawns_size && !grow_spawns())
		return 0;
	size_t at = key & (spawns_size - 1);
	while (spawns[at].key && spawns[at].key != key)
		at = (at + 1) & (spawns_size - 1);
	if (!spawns[at].key) {
		spawns[at].key = key;
		spawns_used++;
	}
	return spawns[at].times++;
}

static bool is_named(const char *executable, const char *const *names)
{
	const char *name = strrchr(executable, '/');
	name = name ? name + 1 : executable;
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* Programs whose whole work is to tell which file is newer: they must see order even when it is hidden. */
static const char *const comparers[] = {"make", "gmake", "ninja", "samu", "test", "[", "find", "ls", "cmake", "bash", "dash", "sh", "busybox",
	"ksh", "zsh", "stat", "perl", "scons", "meson", "rsync", "cargo", "ant", "go", "tclsh", NULL};

/* Those of them that print the times they see. */
static const char *const time_printers[] = {"ls", "stat", "busybox", "perl", "tclsh", NULL};

static const char *const shells[] = {"sh", "dash", "bash", "busybox", "ksh", "ksh93", "mksh", "yash", "zsh", NULL};

/* Programs that hold others by ptrace, or run them instruction by instruction. */
static const char *const debuggers[] = {"gdb", "gdbserver", "lldb", "lldb-server", "strace", "ltrace", "rr", "valgrind", "memcheck-amd64-linux",
	NULL};

static void hexadecimal(const uint8_t *bytes, size_t length, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * length] = 0;
}

static void log_process(const struct image *image, pid_t process, const char *executable, const char *arguments, size_t length,
	const char *directory)
{
	char identity[65];
	hexadecimal(image->identity, 32, identity);
	log_begin("process");
	log_number("process", image->number);
	log_number("parent", image->parent);
	log_text("identity", identity);
	log_number("pid", process);
	log_number("twin", (int64_t)image->twin);
	log_text("executable", executable);
	log_text("directory", directory);
	log_strings("arguments", arguments, length);
	log_end();
}

struct image *image_new(const struct origin *origin, pid_t process, const char *executable, const char *arguments, size_t length, const char *directory)
{
	struct sha256 sha;
	uint8_t digest[32];
	sha256_start(&sha);
	size_t name_length = strlen(executable), directory_length = strlen(directory);
	char *kept = malloc(length + name_length + directory_length + 1);
	if (!kept)
		return NULL;
	note_start_place(directory);
	memcpy(kept, executable, name_length);
	/* Which of the shells sh is does not matter either: they start the same programs. */
	if (is_named(executable, shells))
		sha256_field(&sha, "sh", 2);
	else
		sha256_field(&sha, kept, without_start_place(kept, name_length));
	memcpy(kept, arguments, length);
	sha256_field(&sha, kept, without_start_place(kept, without_job_counts(executable, kept, length)));
	memcpy(kept, directory, directory_length);
	sha256_field(&sha, kept, without_start_place(kept, directory_length));
	sha256_end(&sha, digest);
	free(kept);

	pthread_mutex_lock(&lock);
	uint32_t number = count;
	if (number == IMAGES_MAX || (!chunks[number / CHUNK] && !(chunks[number / CHUNK] = calloc(CHUNK, sizeof **chunks)))) {
		pthread_mutex_unlock(&lock);
		return NULL;
	}
	struct image *image = &chunks[number / CHUNK][number % CHUNK];
	struct image *parents = image_at(origin->parent);
	image->number = number;
	image->parent = parents->number;
	image->repeats = image->twin = count_spawn(parents->number, digest);
	if (origin->scope)
		image->twin = count_spawn(quick_hash(parents->number, &origin->scope, sizeof origin->scope), digest);
	image->shell = is_named(executable, shells);
	image->orders_by_time = is_named(executable, comparers);
	image->orders_inputs = image->orders_by_time && !is_named(executable, time_printers);
	image->debugs = is_named(executable, debuggers);
	count = number + 1;
	pthread_mutex_unlock(&lock);

	sha256_start(&sha);
	sha256_add(&sha, parents->identity, 32);
	sha256_add(&sha, digest, 32);
	sha256_add(&sha, &origin->scope, sizeof origin->scope);
	sha256_add(&sha, &image->twin, sizeof image->twin);
	sha256_end(&sha, image->identity);
	sha256_start(&sha);
	sha256_add(&sha, image_at(0)->random_key, 32);
	sha256_add(&sha, image->identity, 32);
	sha256_end(&sha, image->random_key);
	log_process(image, process, executable, arguments, length, directory);
	return image;
}

void image_has_threads(struct image *image)
{
	enum { LISTED = 1000 };
	static _Atomic unsigned listed;
	if (image->threads)
		return;
	image->threads = true;
	if (listed++ < LISTED)
		log_gap("threads", image->number, "which of its threads is first is not determined");
	else
		log_gap("threads", 0, "more programs than are listed");
}

void image_report(struct image *image)
{
	if (image->reported)
		return;
	image->reported = true;
	uint64_t sum = image->writes;
	for (int i = 0; i < SOURCE_COUNT; i++)
		sum += image->counts[i];
	if (sum == 0)
		return;
	log_begin("sources");
	log_number("process", image->number);
	log_number("filesWritten", (int64_t)image->writes);
	log_open_object("consumed");
	for (int i = 0; i < SOURCE_COUNT; i++)
		if (image->counts[i])
			log_number(source_names[i], (int64_t)image->counts[i]);
	log_close_object();
	log_end();
}

void images_report(void)
{
	for (uint32_t i = 0; i < count; i++)
		image_report(image_at(i));
}
