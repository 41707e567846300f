#include "init/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
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
	/* The first is a pseudo-terminal of ours, and these bytes of it have not been passed on yet. */
	bool own_terminal;
	char held[16384];
	size_t start, end;
};

/* Everything that is printed comes from the one terminal. */
static void open_terminal(struct relay *relay, const struct plan *plan)
{
	struct winsize size = {.ws_col = (unsigned short)plan->columns, .ws_row = (unsigned short)plan->rows};
	int ours = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), theirs = -1;
	char name[64];

	if (ours >= 0 && unlockpt(ours) == 0 && ptsname_r(ours, name, sizeof name) == 0)
		theirs = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (theirs < 0 || ioctl(theirs, TIOCSWINSZ, &size) < 0 || fchown(theirs, plan->uid, plan->gid) < 0)
		fail("start", errno, "cannot make a terminal");
	relay->own_terminal = true;
	relay->from[0] = ours;
	relay->from[1] = -1;
	relay->command[0] = theirs;
	relay->command[1] = fcntl(theirs, F_DUPFD_CLOEXEC, 15);
	(void)fcntl(FD_STDOUT, F_SETFL, fcntl(FD_STDOUT, F_GETFL) | O_NONBLOCK);
}

struct relay *start_relay(const struct plan *plan)
{
	struct relay *relay = calloc(1, sizeof *relay);

	if (!relay)
		fail("start", errno, "no memory");
	relay->terminal = plan->terminal;
	if (plan->columns) {
		open_terminal(relay, plan);
		return relay;
	}
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

/* A terminal cannot be spliced from everywhere. At its end it says EIO. */
static void relay_terminal(struct relay *relay)
{
	if (relay->from[0] < 0)
		return;
	relay->blocked[0] = false;
	if (relay->start == relay->end) {
		ssize_t got = read(relay->from[0], relay->held, sizeof relay->held);
		if (got <= 0 && (got == 0 || (errno != EAGAIN && errno != EINTR)))
			stop(relay, 0);
		if (got <= 0)
			return;
		relay->start = 0;
		relay->end = (size_t)got;
	}
	ssize_t put = send(FD_STDOUT, relay->held + relay->start, relay->end - relay->start, MSG_NOSIGNAL);
	if (put < 0 && errno == ENOTSOCK)
		put = write(FD_STDOUT, relay->held + relay->start, relay->end - relay->start);
	if (put >= 0)
		relay->start += (size_t)put;
	else if (errno == EAGAIN)
		relay->blocked[0] = true;
	else if (errno != EINTR)
		stop(relay, 0);
}

void relay_output(struct relay *relay)
{
	if (relay->own_terminal) {
		relay_terminal(relay);
		return;
	}
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
