/*
 * selfsame-init: process 1 of a sandbox. Started by the container runtime as root of the namespace, with
 * the request on descriptor 7 (plan.h). Puts the constants in place, starts the command as its user,
 * reaps, answers the calls whose answers are constant, holds the limits, and says how it ended on
 * descriptor 4 (status.h). When it goes, the kernel ends every process of the sandbox with it.
 *
 * `selfsame-init --probe` only exits with status 0; `--probe-clock` prints the time of day in seconds, too.
 *
 * It stops the run when descriptor 3 is closed: whoever asked is gone or has changed their mind. Bytes on it
 * are numbers of signals for the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/fail.h"
#include "common/spec.h"
#include "init/answers.h"
#include "init/command.h"
#include "init/determined.h"
#include "init/furnish.h"
#include "init/plan.h"
#include "init/relay.h"
#include "init/status.h"
#include "init/watch.h"

enum { FD_CONTROL = 3, FD_SPEC = 7, FD_UPPER = 9, FD_LAST = 14 };

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct spec read_request(void)
{
	struct stat status;

	if (fstat(FD_SPEC, &status) < 0 || status.st_size < 0 || status.st_size > SPEC_MAX)
		fail("request", errno, "no request");
	return spec_of(read_exactly(FD_SPEC, (size_t)status.st_size), (size_t)status.st_size);
}

/* Only 0 to 6, the upper directory, the event counters and what is the determinizer's (room.h) stay; of those, the command gets 0 to 2. */
static void close_the_rest(void)
{
	close(FD_SPEC);
	close(FD_SPEC + 1);
	if (syscall(SYS_close_range, FD_LAST + 1, ~0u, 0) < 0)
		for (int fd = FD_LAST + 1; fd < 1024; fd++)
			close(fd);
	for (int fd = FD_CONTROL; fd <= FD_LAST; fd++)
		if (fd != FD_SPEC && fd != FD_SPEC + 1)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Ends every process but us and waits until the kernel says there is none. */
static void end_all(void)
{
	do
		kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}

struct run {
	const struct plan *plan;
	struct watch *watch;
	struct command command;
	struct relay *relay;
	uint64_t started;
	enum ending how;
	int value;
};

/* Takes in ended children; true when the command is one of them. */
static bool reap(struct run *run)
{
	int status;
	pid_t pid;
	bool ended = false;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->command.pid) {
			/* Of a command that is determinised, the determinizer's end is not the command's. */
			if (run->plan->determinizer && !determined_status(&run->command, &status)) {
				run->how = SUPERVISOR_DIED;
				run->value = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
				return true;
			}
			run->how = WIFSIGNALED(status) ? SIGNALLED : EXITED;
			run->value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
			ended = true;
		}
	}
	return ended;
}

/*
 * A byte on the control descriptor is the number of a signal for the command. What a terminal sends to a whole group
 * goes to the command's, if it has one. False at the end: whoever asked is gone or has changed their mind.
 */
static bool pass_signal(const struct run *run)
{
	unsigned char number;
	pid_t to = run->command.target;

	if (read(FD_CONTROL, &number, 1) != 1 || number == 0 || number >= NSIG)
		return false;
	if ((!run->plan->terminal || run->plan->own_session) && (number == SIGINT || number == SIGQUIT || number == SIGHUP))
		to = -to;
	kill(to, number);
	return true;
}

/* Until the command ends by itself or is to be ended. True if it ended by itself. */
static bool supervise(struct run *run, int signals)
{
	uint64_t next = milliseconds() + 10;

	for (;;) {
		struct pollfd ends[] = {
			{.fd = signals, .events = POLLIN},
			{.fd = FD_CONTROL, .events = POLLIN},
			{.fd = run->command.listener, .events = POLLIN},
			{.fd = measurement_descriptor(run->watch), .events = POLLIN},
			{.fd = -1},
			{.fd = -1},
		};
		uint64_t now = milliseconds();

		if (now - run->started >= run->plan->wall) {
			run->how = TIMED_OUT;
			return false;
		}
		if (now >= next) {
			if (look(run->watch, now, &run->how))
				return false;
			next = now + next_look(run->watch);
		}
		uint64_t left = run->plan->wall - (now - run->started);
		uint64_t pause = next > now ? next - now : 0;
		prepare_relay(run->relay, &ends[4]);
		int ready = poll(ends, 6, (int)(pause < left ? pause : left));

		if (ready < 0 && errno != EINTR)
			fail("supervise", errno, "cannot wait");
		if (ready <= 0)
			continue;
		relay_output(run->relay);
		if (ends[2].revents & POLLIN) {
			if (!answer_one(run->command.listener, &run->plan->answers))
				run->command.listener = -1;
		} else if (ends[2].revents) {
			run->command.listener = -1; /* Nobody has the filter any more. */
		}
		if (ends[0].revents) {
			struct signalfd_siginfo info;
			(void)!read(signals, &info, sizeof info);
			if (reap(run))
				return true;
		}
		if (ends[3].revents)
			take_measurement(run->watch);
		if (ends[1].revents && !pass_signal(run)) {
			run->how = CANCELLED;
			return false;
		}
	}
}

int main(int count, char **arguments)
{
	struct spec spec;
	struct run run;
	sigset_t all;
	int signals, upper;
	bool by_itself;

	/* `selfsame doctor` tries sandboxes with the one program it knows to need nothing: this one. */
	if (count == 2 && strcmp(arguments[1], "--probe") == 0)
		return 0;
	if (count == 2 && strcmp(arguments[1], "--probe-clock") == 0) {
		printf("%lld\n", (long long)time(NULL));
		return 0;
	}
	program_name = "selfsame-init";
	prctl(PR_SET_NAME, "init");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	spec = read_request();
	memset(&run, 0, sizeof run);
	run.plan = read_plan(&spec);
	close_the_rest();
	umask(022);
	furnish(run.plan);
	upper = openat(FD_UPPER, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(FD_UPPER);
	run.watch = start_watch(run.plan, upper);

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&all);
	sigaddset(&all, SIGCHLD);
	signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		fail("supervise", errno, "cannot watch for ended processes");
	run.started = milliseconds();
	run.relay = start_relay(run.plan);
	run.command = (run.plan->determinizer ? start_determined : start_command)(run.plan, relay_ends(run.relay));
	close_relay_ends(run.relay);
	by_itself = supervise(&run, signals);
	/* What is left of a fork bomb is still there when its first process has given up. */
	if (by_itself && (run.how != EXITED || run.value != 0) && look_at_processes(run.watch, &run.how))
		by_itself = false;
	if (run.plan->determinizer && !by_itself && run.how == TIMED_OUT)
		stop_determined(&run.command);
	end_all();
	finish_relay(run.relay, FD_CONTROL);
	if (by_itself)
		final_look(run.watch, run.how != EXITED || run.value != 0, &run.how);
	say_ended(run.how, run.value, peak_memory(run.watch));
	return 0;
}
