#include "init/determined.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/fail.h"
#include "init/answers.h"
#include "init/furnish.h"
#include "init/limits.h"
#include "init/status.h"

/* Kept for us by selfsame-ns (native/src/ns/room.h). */
enum { FD_DETERMINIZER = 12, FD_FUSE = 13, FD_LOG = 14 };

/* Numbers of the determinizer's descriptors, above all of ours (WATCHED_MAX): constant, as the command can read its arguments in /proc/1/cmdline. */
enum { FD_CONFIG_FOR_IT = 200, FD_SOCKET_FOR_IT = 201, FD_LOG_FOR_IT = 202, FD_FUSE_FOR_IT = 203 };

enum { PACKET_MAX = 2048, DIGITS = 12 };

static _Noreturn void not_started(const char *stage, const char *reason)
{
	say_not_started(stage, reason);
	_exit(EXIT_OWN_FAILURE);
}

static int keep_configuration(const char *text)
{
	int fd = memfd_create("configuration", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || lseek(fd, 0, SEEK_SET) < 0)
		fail("start", errno, "cannot keep the configuration of the determinizer");
	return fd;
}

static const char *number(char *to, int value)
{
	snprintf(to, DIGITS, "%d", value);
	return to;
}

/* What the command could otherwise see of our capabilities; it can have none. */
static void drop_inheritable(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	data[0].inheritable = data[1].inheritable = 0;
	(void)syscall(SYS_capset, &header, data);
}

/* In the child, as the determinizer itself says it. */
static _Noreturn void give_up(int socket, const char *stage, const char *what)
{
	char packet[PACKET_MAX];
	int error = errno, length = snprintf(packet, sizeof packet, "not-started%c%s%c%.1000s: %s", 0, stage, 0, what, strerror(error));

	(void)!send(socket, packet, (size_t)length, MSG_NOSIGNAL);
	_exit(EXIT_OWN_FAILURE);
}

static _Noreturn void become_determinizer(const struct plan *plan, const int output[2], int configuration, int socket)
{
	static char *arguments[ARGUMENTS_MAX + 12];
	char numbers[4][DIGITS];
	size_t count = 0;
	sigset_t none;
	int error;

	sigemptyset(&none);
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(plan->umask);
	if (dup2(output[0], STDOUT_FILENO) < 0 || dup2(output[1], STDERR_FILENO) < 0 || dup2(configuration, FD_CONFIG_FOR_IT) < 0 ||
	    dup2(socket, FD_SOCKET_FOR_IT) < 0 || (plan->log && dup2(FD_LOG, FD_LOG_FOR_IT) < 0) ||
	    dup2(fcntl(FD_FUSE, F_GETFD) < 0 ? STDOUT_FILENO : FD_FUSE, FD_FUSE_FOR_IT) < 0)
		give_up(socket, "start", "cannot connect the determinizer");
	if (plan->columns && dup2(output[0], STDIN_FILENO) < 0)
		give_up(socket, "start", "cannot connect the terminal");
	set_scheduling(plan);
	if (chdir(plan->cwd) < 0)
		give_up(socket, "working-directory", plan->cwd);
	drop_inheritable();
	/* What fixed refuses, without a listener of its own: only one is possible, and it is the determinizer's. */
	install_refusals(&error);
	if (error)
		say_not_fixed("calls some kernels have");

	arguments[count++] = (char *)"determinizer";
	/* First, so that all else can be complained of there. */
	arguments[count++] = (char *)"--init-fd";
	arguments[count++] = (char *)number(numbers[1], FD_SOCKET_FOR_IT);
	arguments[count++] = (char *)"--config-fd";
	arguments[count++] = (char *)number(numbers[0], FD_CONFIG_FOR_IT);
	if (plan->log) {
		arguments[count++] = (char *)"--log-fd";
		arguments[count++] = (char *)number(numbers[2], FD_LOG_FOR_IT);
	}
	/* Always, as the command can read it: something else stands for a device there is not, and the determinizer looks. */
	arguments[count++] = (char *)"--fuse-fd";
	arguments[count++] = (char *)number(numbers[3], FD_FUSE_FOR_IT);
	if (!plan->terminal || plan->own_session)
		arguments[count++] = (char *)"--session";
	if (plan->own_id)
		arguments[count++] = (char *)"--own-id";
	arguments[count++] = (char *)"--";
	memcpy(arguments + count, plan->arguments, plan->argument_count * sizeof *arguments);
	syscall(SYS_execveat, FD_DETERMINIZER, "", arguments, plan->variables, AT_EMPTY_PATH);
	give_up(socket, "determinizer", "it cannot be executed");
}

/* One packet with a NUL behind it, and who sent it. -1 at the end. */
static ssize_t receive(int socket, char *packet, pid_t *sender, int flags)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec part = {.iov_base = packet, .iov_len = PACKET_MAX};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	struct cmsghdr *header;
	struct ucred who = {0};
	ssize_t got;

	do
		got = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return -1;
	packet[got] = '\0';
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&who, CMSG_DATA(header), sizeof who);
	*sender = who.pid;
	return got;
}

/* The part after the first NUL of a packet, empty if there is none. */
static const char *after(const char *packet, ssize_t length, const char *text)
{
	const char *next = text + strlen(text) + 1;

	return next <= packet + length ? next : "";
}

struct command start_determined(const struct plan *plan, const int output[2])
{
	struct command command = {.listener = -1};
	int sockets[2], configuration = keep_configuration(plan->determinizer), on = 1;
	char packet[PACKET_MAX + 1];
	ssize_t length;
	pid_t sender;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ||
	    setsockopt(sockets[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
		fail("start", errno, "cannot make a socket pair");
	command.pid = fork();
	if (command.pid < 0)
		fail("start", errno, "cannot fork");
	if (command.pid == 0)
		become_determinizer(plan, output, configuration, sockets[1]);
	close(configuration);
	close(sockets[1]);
	command.determinizer = sockets[0];
	while ((length = receive(sockets[0], packet, &sender, 0)) > 0) {
		if (strcmp(packet, "not-started") == 0) {
			const char *stage = after(packet, length, packet);
			not_started(stage, after(packet, length, stage));
		}
		if (strcmp(packet, "ready") == 0) {
			/* Its /proc is mounted, and it waits: the last moment to change anything. */
			lay_facts(plan);
			set_limits(plan, sender);
			command.target = sender;
			if (send(sockets[0], "go", 3, MSG_NOSIGNAL) != 3)
				break;
		}
		if (strcmp(packet, "started") == 0) {
			say_started();
			return command;
		}
	}
	char reason[80];
	int status = 0;
	(void)waitpid(command.pid, &status, 0);
	snprintf(reason, sizeof reason, WIFSIGNALED(status) ? "it was ended by signal %d" : "it ended with status %d before the command ran",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	not_started("determinizer", reason);
}

bool determined_status(const struct command *command, int *status)
{
	char packet[PACKET_MAX + 1];
	ssize_t length;
	pid_t sender;

	while ((length = receive(command->determinizer, packet, &sender, MSG_DONTWAIT)) > 0)
		if (strcmp(packet, "ended") == 0) {
			uint64_t value;
			if (!parse_number(after(packet, length, packet), 0xffff, &value))
				return false;
			*status = (int)value;
			return true;
		}
	return false;
}

void stop_determined(const struct command *command)
{
	struct timespec pause = {.tv_nsec = 5000000};

	kill(command->pid, SIGTERM);
	for (int i = 0; i < 100 && waitpid(command->pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&pause, NULL);
}
