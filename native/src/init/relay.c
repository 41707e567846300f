#include "init/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/fail.h"

enum { FD_STDOUT = 5, STREAMS = 2, CHUNK = 1 << 20 };

struct relay {
	/* Ends for the command, or the terminal. */
	int command[STREAMS];
	/* Our ends, -1 when closed or at a terminal. */
	int from[STREAMS];
	bool blocked[STREAMS];
	bool terminal;
};

struct relay *start_relay(const struct plan *plan)
{
	struct relay *relay = calloc(1, sizeof *relay);

	if (!relay)
		fail("start", errno, "no memory");
	relay->terminal = plan->terminal;
	for (int i = 0; i < STREAMS; i++) {
		int to = FD_STDOUT + i, ends[2];

		relay->from[i] = -1;
		relay->command[i] = to;
		if (plan->terminal) {
			/* The caller's event loop may have made it non-blocking, which few programs expect. */
			(void)fcntl(to, F_SETFL, fcntl(to, F_GETFL) & ~O_NONBLOCK);
			continue;
		}
		if (pipe2(ends, O_CLOEXEC) < 0 || fchown(ends[1], plan->uid, plan->gid) < 0)
			fail("start", errno, "cannot make a pipe for the output");
		if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(to, F_SETFL, fcntl(to, F_GETFL) | O_NONBLOCK) < 0)
			fail("start", errno, "cannot prepare the output");
		relay->from[i] = ends[0];
		relay->command[i] = ends[1];
	}
	return relay;
}

const int *relay_ends(const struct relay *relay)
{
	return relay->command;
}

void close_relay_ends(struct relay *relay)
{
	for (int i = 0; i < STREAMS; i++)
		close(relay->command[i]);
}

void prepare_relay(const struct relay *relay, struct pollfd *ends)
{
	for (int i = 0; i < STREAMS; i++) {
		bool open = relay->from[i] >= 0;
		ends[i] = (struct pollfd){
			.fd = !open ? -1 : relay->blocked[i] ? FD_STDOUT + i : relay->from[i],
			.events = relay->blocked[i] ? POLLOUT : POLLIN,
		};
	}
}

/* A reader that is gone leaves the command to its SIGPIPE. */
static void stop(struct relay *relay, int i)
{
	close(relay->from[i]);
	relay->from[i] = -1;
}

void relay_output(struct relay *relay)
{
	for (int i = 0; i < STREAMS; i++) {
		ssize_t moved;

		if (relay->from[i] < 0)
			continue;
		moved = splice(relay->from[i], NULL, FD_STDOUT + i, NULL, CHUNK, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		if (moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR)) {
			stop(relay, i);
			continue;
		}
		/* EAGAIN has two causes; asking which descriptor is ready tells them apart. */
		struct pollfd input = {.fd = relay->from[i], .events = POLLIN};
		relay->blocked[i] = moved < 0 && poll(&input, 1, 0) > 0;
	}
}

void finish_relay(struct relay *relay, int control)
{
	while (relay->from[0] >= 0 || relay->from[1] >= 0) {
		struct pollfd ends[STREAMS + 1];

		relay_output(relay);
		prepare_relay(relay, ends);
		ends[STREAMS] = (struct pollfd){.fd = control, .events = POLLIN};
		if (relay->from[0] < 0 && relay->from[1] < 0)
			return;
		if (poll(ends, STREAMS + 1, -1) < 0 && errno != EINTR)
			return;
		if (ends[STREAMS].revents)
			return;
	}
}
