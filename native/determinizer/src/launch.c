#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "by-init.h"
#include "config.h"
#include "fail.h"
#include "filter.h"
#include "handlers.h"
#include "namespaces.h"

struct report {
	int error; /* negative errno of installing the filter, or 0 */
	bool wait_killable;
};

static void send_listener(int socket, int fd, struct report report)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control;
	memset(&control, 0, sizeof control);
	struct iovec part = {&report, sizeof report};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof control.bytes;
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
	}
	if (sendmsg(socket, &message, 0) < 0)
		_exit(EXIT_OWN_FAILURE);
}

static int receive_listener(int socket, struct report *report)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control;
	struct iovec part = {report, sizeof *report};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	if (length != sizeof *report)
		fail("start", 0, "the command's process ended before it could start");
	if (report->error)
		return -1;
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof fd);
	return fd;
}

static void add_environment(void)
{
	if (config.sources[SOURCE_ENVIRONMENT_SIZE].mode == MODE_VARY) {
		char padding[4097];
		size_t length = (size_t)(varied(SOURCE_ENVIRONMENT_SIZE, "environment size", 0) % (sizeof padding - 1));
		memset(padding, 'x', length);
		padding[length] = 0;
		setenv("SELFSAME_PADDING", padding, 1);
	}
	if (determined(SOURCE_MEMORY_POISON)) {
		char value[8];
		snprintf(value, sizeof value, "%u", 1 + (unsigned)(varied(SOURCE_MEMORY_POISON, "memory poison", 0) % 255));
		setenv("MALLOC_PERTURB_", value, 1);
	}
}

/* What a command that stays root of a sandbox may do: as native/src/init/command.c has it. */
static const int root_rights[] = {
	CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID,
	CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_MKNOD, CAP_AUDIT_WRITE, CAP_SETFCAP,
};

static bool is_root_right(int capability)
{
	for (size_t i = 0; i < sizeof root_rights / sizeof *root_rights; i++)
		if (root_rights[i] == capability)
			return true;
	return false;
}

/* Nothing of the sandbox's supervisors is to be had again. */
static void limit_rights(bool root)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2];
	for (int i = 0; i < 64; i++)
		if (!(root && is_root_right(i)) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
			fail("user", errno, "cannot drop capabilities");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		fail("user", errno, "cannot drop capabilities");
	/* Who changes from root to another loses the rest by that; who got another number for itself does not. */
	memset(none, 0, sizeof none);
	if (config.own_id && syscall(SYS_capset, &header, none) != 0)
		fail("user", errno, "cannot drop capabilities");
}

static void become_user(void)
{
	if (by_init())
		limit_rights(config.user <= 0);
	/* It has its ids already, and the groups it came with cannot be left where there are no others. */
	if (config.own_id)
		return;
	if (by_init() && config.group < 0 && setgroups(0, NULL) != 0)
		fail("user", errno, "cannot leave groups");
	if (config.group >= 0 && (setgroups(0, NULL) != 0 || setresgid((gid_t)config.group, (gid_t)config.group, (gid_t)config.group) != 0))
		fail("user", errno, "cannot become group %lld", (long long)config.group);
	if (config.user >= 0 && setresuid((uid_t)config.user, (uid_t)config.user, (uid_t)config.user) != 0)
		fail("user", errno, "cannot become user %lld", (long long)config.user);
}

static void write_own(const char *path, long long inside)
{
	char text[48];
	int length = snprintf(text, sizeof text, "%lld 0 1\n", inside), file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, text, (size_t)length) != length)
		fail("user", errno, "cannot write %s", path);
	close(file);
}

/* We have one id, and root of the namespace it is; in a namespace below it is the command's. The supervisor follows there. */
static void take_own_id(int socket)
{
	if (unshare(CLONE_NEWUSER) != 0)
		fail("user", errno, "cannot make a user namespace");
	/* Who may set groups may get rid of one that denies access, so the kernel wants this said first; it may be so already. */
	int groups = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
	(void)!write(groups, "deny", 4);
	close(groups);
	write_own("/proc/self/uid_map", config.user);
	write_own("/proc/self/gid_map", config.group);
	int fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("user", errno, "cannot open the user namespace");
	send_listener(socket, fd, (struct report){0});
	close(fd);
}

/* Must come before there is another thread. What programs see of ids is what we see of them. */
static void follow_own_id(int socket)
{
	struct report report;
	int fd = receive_listener(socket, &report);
	if (fd < 0 || setns(fd, CLONE_NEWUSER) != 0)
		fail("user", errno, "cannot follow into the user namespace");
	close(fd);
}

static _Noreturn void run_command(char **command, int socket, int refusal, int furnished)
{
	unsigned long kind = (unsigned long)config.personality;
	struct report report = {0};
	char go;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	add_environment();
	if (config.session) {
		setsid();
		/* A terminal that is nobody's yet becomes its own. */
		if (isatty(STDIN_FILENO))
			(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	}
	if (config.own_id)
		take_own_id(socket);
	/* Its end says that all is in place. */
	(void)!read(furnished, &go, 1);
	close(furnished);
	become_user();
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	/* Mapped from the top down, or for every other seed from the bottom up. */
	if (determined(SOURCE_ADDRESS_SPACE))
		kind |= ADDR_NO_RANDOMIZE | (layout_number("upwards", 2) == 2 ? ADDR_COMPAT_LAYOUT : 0);
	if (kind)
		personality(kind);
	int fd = filter_install(&report.wait_killable);
	report.error = fd < 0 ? fd : 0;
	send_listener(socket, fd, report);
	if (fd < 0)
		_exit(EXIT_OWN_FAILURE);
	close(fd);
	if (read(socket, &go, 1) != 1)
		_exit(EXIT_OWN_FAILURE);
	if (by_init() && !init_ready())
		_exit(EXIT_OWN_FAILURE);
	execvp(command[0], command);
	int error = errno;
	if (write(refusal, &error, sizeof error) != sizeof error || by_init())
		_exit(EXIT_OWN_FAILURE);
	fprintf(stderr, "selfsame-determinizer: command: cannot execute %s: %s\n", command[0], strerror(error));
	_exit(error == ENOENT ? 127 : 126);
}

/* Our threads come and go, so their numbers may not be taken from those the command sees. */
static bool launch_has_processes(void)
{
	return config.namespaces || by_init();
}

/*
 * Between the supervisor and the command: reaps what is orphaned, and ends when the command has ended; as process 1 of a
 * namespace it takes everything else with it. The command may not be the supervisor's own child: whichever of its
 * threads waits for a child is told of its stops, too, and those belong to the thread that traces it.
 */
static _Noreturn void run_first(char **command, int socket, int status_pipe, int refusal)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* Process 1 gets only the signals it has a handler for. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	namespaces_number();
	/* The devices are served once the supervisor has followed the command to its own namespace, which comes first then. */
	if (!config.own_id)
		namespaces_furnish();
	if (!launch_has_processes())
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	int furnished[2];
	if (pipe2(furnished, O_CLOEXEC) != 0)
		fail("start", errno, "cannot make a pipe");
	pid_t main_child = fork();
	if (main_child < 0)
		fail("start", errno, "cannot start a process");
	if (main_child == 0) {
		close(status_pipe);
		close(furnished[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		run_command(command, socket, refusal, furnished[0]);
	}
	close(furnished[0]);
	if (config.own_id)
		namespaces_furnish();
	close(furnished[1]);
	close(socket);
	close(refusal);
	for (;;) {
		int status;
		pid_t ended = wait4(-1, &status, __WALL, NULL);
		if (ended < 0 && errno != EINTR)
			_exit(EXIT_OWN_FAILURE);
		if (ended == main_child) {
			ssize_t ignored = write(status_pipe, &status, sizeof status);
			(void)ignored;
			_exit(0);
		}
	}
}

struct launch launch_command(char **command)
{
	int sockets[2], pipes[2], refusals[2];
	struct report report;
	struct launch launch = {0};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0 || pipe2(pipes, O_CLOEXEC) != 0 ||
		pipe2(refusals, O_CLOEXEC) != 0)
		fail("start", errno, "cannot make a socket pair");
	/* By clone and not unshare: later threads of this process must stay in its own process namespace. */
	long child = syscall(SYS_clone, (launch_has_processes() ? CLONE_NEWPID : 0) | SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		fail("process-namespace", errno, "cannot make a process namespace");
	if (child == 0) {
		close(sockets[0]);
		close(pipes[0]);
		close(refusals[0]);
		devices_leave();
		run_first(command, sockets[1], pipes[1], refusals[1]);
	}
	close(sockets[1]);
	close(pipes[1]);
	close(refusals[1]);
	launch.child = (pid_t)child;
	launch.status = pipes[0];
	launch.refusal = refusals[0];
	if (config.own_id)
		follow_own_id(sockets[0]);
	if (devices_mount() >= 0 && !devices_serve())
		fail("start", errno, "cannot serve the random devices");
	launch.listener = receive_listener(sockets[0], &report);
	if (report.error == -EBUSY)
		fail("nested", 0, "this process is already determinised by another one; only one listener is possible");
	if (launch.listener < 0)
		fail("filter", -report.error, "cannot install the filter");
	launch.wait_killable = report.wait_killable;
	launch.go = sockets[0];
	return launch;
}
