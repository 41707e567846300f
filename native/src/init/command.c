#include "init/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fail.h"
#include "init/answers.h"
#include "init/limits.h"
#include "init/status.h"

/* What package scripts of a distribution need as root of their own tree, and nothing that reaches further. */
static const int root_capabilities[] = {
	CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID,
	CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_MKNOD, CAP_AUDIT_WRITE, CAP_SETFCAP,
};

static bool is_kept(int capability)
{
	for (size_t i = 0; i < sizeof root_capabilities / sizeof *root_capabilities; i++)
		if (root_capabilities[i] == capability)
			return true;
	return false;
}

/* Takes capabilities out of reach for good; while we still have the right to. */
static bool bound_capabilities(bool as_root)
{
	for (int i = 0; i < 64; i++)
		if (!(as_root && is_kept(i)) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return false;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

static bool drop_capabilities(bool as_root)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof data);
	for (int i = 0; i < 64; i++) {
		if (as_root && is_kept(i)) {
			data[i / 32].effective |= 1u << i % 32;
			data[i / 32].permitted |= 1u << i % 32;
		}
	}
	return syscall(SYS_capset, &header, data) == 0;
}

/* Room for one descriptor as ancillary data, aligned as the kernel wants it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static bool send_descriptor(int socket, int descriptor)
{
	char byte = descriptor >= 0;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	union control control;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (descriptor >= 0) {
		struct cmsghdr *header;

		memset(&control, 0, sizeof control);
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
	}
	return sendmsg(socket, &message, 0) == 1;
}

/* The descriptor, -1 if the child has none; the child has said why. */
static int receive_descriptor(int socket)
{
	char byte;
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	union control control;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	struct cmsghdr *header;
	int descriptor = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
	return descriptor;
}

/* Tells the parent which stage failed and stops; the report is one write into a pipe. */
static _Noreturn void give_up(int report, const char *stage, int error, const char *what)
{
	char text[1024];

	snprintf(text, sizeof text, "%s%c%s: %s", stage, '\0', what, strerror(error));
	(void)!write(report, text, strlen(stage) + 1 + strlen(text + strlen(stage) + 1) + 1);
	_exit(EXIT_OWN_FAILURE);
}

static void write_own(const char *path, uint32_t inside, int report)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%u 0 1\n", inside), fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, (size_t)length) != length)
		give_up(report, "start", errno, path);
	close(fd);
}

static void take_own_id(const struct plan *plan, int report)
{
	if (unshare(CLONE_NEWUSER) < 0)
		give_up(report, "user-namespace", errno, "cannot make a user namespace for the command");
	/* Who may set groups may get rid of one that denies access, so the kernel wants this said first; it may be so already. */
	int groups = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
	(void)!write(groups, "deny", 4);
	close(groups);
	write_own("/proc/self/uid_map", plan->own_uid, report);
	write_own("/proc/self/gid_map", plan->own_gid, report);
}

static _Noreturn void become_command(const struct plan *plan, const int output[2], int report, int socket)
{
	sigset_t none;
	int error, listener;

	if (!plan->terminal || plan->own_session)
		setsid();
	sigemptyset(&none);
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(output[0], STDOUT_FILENO) < 0 || dup2(output[1], STDERR_FILENO) < 0)
		give_up(report, "start", errno, "cannot connect the output");
	if (plan->columns && (dup2(output[0], STDIN_FILENO) < 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0))
		give_up(report, "start", errno, "cannot connect the terminal");
	set_scheduling(plan);

	umask(plan->umask);
	set_limits(plan, 0);
	if (plan->fixed_layout) {
		int now = personality(0xffffffff);
		if (now < 0 || personality((unsigned long)now | ADDR_NO_RANDOMIZE) < 0)
			say_not_fixed("address-space layout");
	}
	if (plan->own_id)
		take_own_id(plan, report);
	if (!bound_capabilities(plan->as_root))
		give_up(report, "start", errno, "cannot drop capabilities");
	if (!plan->own_id &&
	    (setgroups(0, NULL) < 0 || setresgid(plan->gid, plan->gid, plan->gid) < 0 || setresuid(plan->uid, plan->uid, plan->uid) < 0))
		give_up(report, "start", errno, "cannot become the user");
	if (!drop_capabilities(plan->as_root))
		give_up(report, "start", errno, "cannot drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		give_up(report, "start", errno, "cannot give up new privileges");
	if (chdir(plan->cwd) < 0)
		give_up(report, "working-directory", errno, plan->cwd);

	listener = install_filter(&plan->answers, &error);
	if (error)
		say_not_fixed(plan->answers.wanted ? "uname, sysinfo, CPU affinity" : "terminal requests");
	if (!send_descriptor(socket, listener))
		give_up(report, "start", errno, "cannot hand over the notifications");
	if (listener >= 0)
		close(listener);
	environ = (char **)plan->variables;
	execvp(plan->arguments[0], plan->arguments);
	give_up(report, errno == ENOENT ? "command-missing" : "command-refused", errno, plan->arguments[0]);
}

struct command start_command(const struct plan *plan, const int output[2])
{
	struct command command = {.determinizer = -1};
	int report[2], sockets[2];
	char text[1024];
	ssize_t got;

	if (pipe2(report, O_CLOEXEC) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		fail("start", errno, "cannot make a pipe");
	command.pid = fork();
	if (command.pid < 0)
		fail("start", errno, "cannot fork");
	if (command.pid == 0)
		become_command(plan, output, report[1], sockets[1]);
	command.target = command.pid;
	close(report[1]);
	close(sockets[1]);
	command.listener = receive_descriptor(sockets[0]);
	close(sockets[0]);
	/* Nothing the child calls between here and its exec is a call we answer. */
	do
		got = read(report[0], text, sizeof text - 1);
	while (got < 0 && errno == EINTR);
	close(report[0]);
	if (got > 0) {
		text[got] = '\0';
		say_not_started(text, text + strlen(text) + 1);
		_exit(EXIT_OWN_FAILURE);
	}
	say_started();
	return command;
}
