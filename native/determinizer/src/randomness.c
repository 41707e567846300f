#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "background.h"
#include "digest.h"
#include "handlers.h"

/*
 * Every program has a stream of its own, keyed by its identity, and every fork of it another, keyed by which
 * fork it is; so that neither the order nor the number of readers elsewhere changes what one reads.
 */

enum { PART = 4096, LOCKS = 64 };

static pthread_mutex_t locks[LOCKS];

__attribute__((constructor)) static void init_locks(void)
{
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
}

void random_start_bytes(const struct image *image, uint8_t bytes[16])
{
	uint8_t key[32];
	struct sha256 sha;
	sha256_start(&sha);
	sha256_add(&sha, "at-random", 9);
	sha256_add(&sha, image->random_key, 32);
	sha256_end(&sha, key);
	stream_bytes(key, 0, bytes, 16);
}

/* Writes the words of the state from one to another. */
static void write_words(struct call *call, uint64_t *first, uint64_t *last)
{
	target_write_state(call, (size_t)((char *)first - (char *)&call->state), first, (size_t)((char *)(last + 1) - (char *)first));
}

bool claim_page(struct call *call)
{
	struct state *state = &call->state;
	/* Mostly the first thread of a process calls, and has its number. */
	if (state->owner && state->owner == (uint64_t)call->thread)
		return true;
	uint64_t process = (uint64_t)target_process(call, false);
	if (state->owner == process)
		return true;
	if (!process || (state->owner && !state->child_lineage))
		return false; /* memory shared with the parent, as vfork does */
	bool copied = state->owner;
	background_none(call);
	state->owner = process;
	if (copied) {
		state->lineage = state->child_lineage;
		state->random_used = state->forks = 0;
		write_words(call, &state->forks, &state->random_used);
	} else {
		write_words(call, &state->owner, &state->owner);
	}
	return true;
}

void random_device_key(pid_t thread, const struct seccomp_notif *request, int step, uint8_t key[32])
{
	static uint64_t loose;
	struct call call = {.thread = thread, .request = request, .memory = -1, .directory = -1};
	struct { uint64_t opened, lineage; } count = {0, 0};
	struct image *image = image_at(0);
	if (call_open_loosely(&call)) {
		const off_t at = STATE_ADDRESS + STATE_MORE_OFFSET + offsetof(struct state_more, devices_opened);
		image = call.image;
		if (call.has_state && pread(call.memory, &count, sizeof count, at) == sizeof count) {
			claim_page(&call);
			if (count.lineage != call.state.lineage)
				count.opened = 0;
			count.lineage = call.state.lineage;
			count.opened += (uint64_t)(int64_t)step;
			target_write_state(&call, STATE_MORE_OFFSET + offsetof(struct state_more, devices_opened), &count, sizeof count);
		}
		if (step > 0)
			image_count(image, SOURCE_RANDOMNESS);
		call_close(&call);
	}
	if (step < 0)
		return;
	if (!count.opened)
		count.opened = ++loose | 1ull << 63; /* a caller without a page: in the order of openings */
	struct sha256 sha;
	sha256_start(&sha);
	sha256_add(&sha, "device", 6);
	sha256_add(&sha, image->random_key, 32);
	sha256_add(&sha, &count, sizeof count);
	sha256_end(&sha, key);
}

static uint64_t lineage_of_child(const struct state *state)
{
	uint64_t words[2] = {state->lineage, state->forks};
	return quick_hash(2, words, sizeof words) | 1;
}

/* A child is about to be made: its copy of the page tells it which one it is. */
static void note_fork(struct call *call, uint64_t flags)
{
	call->go_on = true;
	note_namespaces(flags);
	if (flags & CLONE_THREAD)
		image_has_threads(call->image);
	if (!call->has_state || (flags & CLONE_THREAD))
		return;
	claim_page(call);
	if (flags & CLONE_VM) {
		/* It uses this very page, until it executes something; it is not told apart, and so not counted. */
		call->state.child_lineage = 0;
		write_words(call, &call->state.child_lineage, &call->state.child_lineage);
		return;
	}
	bool listed = !call->image->threads && !(flags & CLONE_PARENT);
	if (!call->state.forks || !listed || background_was_made(call))
		call->state.forks++;
	call->state.child_lineage = lineage_of_child(&call->state);
	write_words(call, &call->state.forks, &call->state.child_lineage);
	background_fork(call, listed);
}

void handle_fork(struct call *call)
{
	int number = call->request->data.nr;
	note_fork(call, number == 56 ? argument(call, 0) : number == 58 ? CLONE_VM : 0);
}

void handle_clone3(struct call *call)
{
	uint64_t flags;
	call->go_on = true;
	if (target_read(call, argument(call, 0), &flags, sizeof flags) != sizeof flags)
		return;
	note_fork(call, flags);
}

void handle_getrandom(struct call *call)
{
	uint64_t address = argument(call, 0), length = argument(call, 1), done = 0;
	unsigned flags = (unsigned)argument(call, 2);
	uint8_t part[PART], key[32];
	if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) {
		call->error = EINVAL;
		return;
	}
	if (length > (32u << 20))
		length = 32u << 20; /* the kernel gives what was possible until a signal; so do we */
	pthread_mutex_t *lock = &locks[call->image->number % LOCKS];
	pthread_mutex_lock(lock);
	uint64_t position;
	memcpy(key, call->image->random_key, sizeof key);
	if (call->has_state) {
		/* Again under the lock: another thread may have read in between. */
		if (!target_read_state(call, 0, &call->state, sizeof call->state))
			call->has_state = false;
	}
	if (call->has_state) {
		claim_page(call);
		position = call->state.random_used;
		call->state.random_used = position + length;
		write_words(call, &call->state.random_used, &call->state.random_used);
		for (int i = 0; i < 8; i++)
			key[i] ^= (uint8_t)(call->state.lineage >> (8 * i));
	} else {
		position = call->image->loose_random;
		call->image->loose_random += length;
		key[31] ^= 0x80;
	}
	pthread_mutex_unlock(lock);
	call->error = 0;
	while (done < length) {
		size_t size = length - done < PART ? (size_t)(length - done) : PART;
		stream_bytes(key, position + done, part, size);
		if (length == 8)
			draw_for_name(call, part);
		if (!target_write(call, address + done, part, size))
			break;
		done += size;
	}
	if (done == 0 && length)
		call->error = EFAULT;
	call->value = (int64_t)done;
	image_count(call->image, SOURCE_RANDOMNESS);
}
