/*
 * selfsame-ns: enters a user namespace with ids 0 to 65535 and runs something as its root.
 *
 *   selfsame-ns run [--base ID] -- COMMAND [ARGUMENT…]
 *       Runs a host command, for work on trees that belong to the ids of sandboxes.
 *   selfsame-ns sandbox -- COMMAND [ARGUMENT…]
 *       Reads a request on descriptor 3, assembles the root of a sandbox under /tmp of a private mount
 *       namespace (room.h) and runs the container runtime COMMAND, which starts selfsame-init.
 *   selfsame-ns identity
 *       Prints how ids would be mapped: `privileged|ordinary UID-BASE GID-BASE`.
 *
 * Holds no privilege of its own: it is not set-user-ID and must not be.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/fail.h"
#include "common/spec.h"
#include "ns/identity.h"
#include "ns/machine.h"
#include "ns/room.h"

/* The command must not outlive the process that asked for it. Changing ids clears this, so it is said twice. */
static void die_with_parent(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail("assemble", errno, "cannot tie this process to its parent");
}

static _Noreturn void execute(char *const *command)
{
	execvp(command[0], command);
	fail("command", errno, "%s", command[0]);
}

static void run(char **arguments)
{
	uint64_t base = 0;
	struct identity identity;

	if (arguments[0] && strcmp(arguments[0], "--base") == 0 && arguments[1]) {
		if (!parse_number(arguments[1], UINT32_MAX - ID_COUNT, &base))
			fail("usage", 0, "not an id: %s", arguments[1]);
		arguments += 2;
	}
	if (!arguments[0] || strcmp(arguments[0], "--") != 0 || !arguments[1])
		fail("usage", 0, "expected -- COMMAND");
	identity = find_identity((uint32_t)base);
	enter_namespace(&identity, true);
	die_with_parent();
	/* A set-user-ID program of the host's root (mount, su) would be somebody without rights here. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail("assemble", errno, "cannot give up new privileges");
	execute(arguments + 1);
}

/* So that nothing opened on the way lands on a number that has a meaning (room.h). */
static void reserve_descriptors(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		fail("assemble", errno, "cannot open /dev/null");
	for (int fd = FD_INIT_SPEC; fd <= FD_LAST; fd++)
		if (dup2(null, fd) < 0)
			fail("assemble", errno, "cannot reserve descriptors");
	if (null > FD_LAST)
		close(null);
}

/* Hands the rest of the request on to selfsame-init in memory of its own. */
static void keep_init_spec(const char *bytes, size_t length)
{
	int fd = memfd_create("request", 0);

	if (fd < 0)
		fail("assemble", errno, "cannot make memory for the request");
	for (size_t done = 0; done < length;) {
		ssize_t put = write(fd, bytes + done, length - done);
		if (put < 0)
			fail("assemble", errno, "cannot keep the request");
		done += (size_t)put;
	}
	if (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, FD_INIT_SPEC) < 0)
		fail("assemble", errno, "cannot keep the request");
	if (fd != FD_INIT_SPEC)
		close(fd);
}

/* User namespaces inside a build are a way to see what the host allows, and a large attack surface: none `but` those we make. */
static void forbid_namespaces(const char *but)
{
	int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, but, strlen(but));
	close(fd);
}

/* The same with the machine's own root. */
static _Noreturn void on_machine(struct spec *spec, char **command)
{
	struct machine *machine = read_machine(spec);

	join_cgroups(machine_room(machine));
	if (machine_is_privileged(machine)) {
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			fail("assemble", errno, "cannot make a mount namespace");
		gather_machine(machine);
		enter_own_namespace(true);
	} else {
		enter_own_namespace(false);
		gather_machine(machine);
	}
	/* The one in which the command gets its id. */
	forbid_namespaces(machine_has_own_id(machine) ? "1" : "0");
	if (machine_room(machine)->determinizer)
		keep_fuse();
	die_with_parent();
	execute(command);
}

static void sandbox(char **arguments)
{
	struct identity identity;
	struct spec spec;
	struct room *room;
	unsigned char header[12];
	uint32_t ours, theirs;
	char *bytes;

	if (!arguments[0] || strcmp(arguments[0], "--") != 0 || !arguments[1])
		fail("usage", 0, "expected -- COMMAND");
	/* Ctrl-C at a terminal is for whoever asked to decide on; the init gives the command its signals back. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	reserve_descriptors();
	bytes = read_exactly(FD_CONTROL, sizeof header);
	memcpy(header, bytes, sizeof header);
	free(bytes);
	if (memcmp(header, "SSN1", 4) != 0)
		fail("request", 0, "not a request");
	memcpy(&ours, header + 4, sizeof ours);
	memcpy(&theirs, header + 8, sizeof theirs);
	if (ours > SPEC_MAX || theirs > SPEC_MAX)
		fail("request", 0, "larger than %d bytes", SPEC_MAX);
	spec = spec_of(read_exactly(FD_CONTROL, ours), ours);
	bytes = read_exactly(FD_CONTROL, theirs);
	keep_init_spec(bytes, theirs);
	free(bytes);

	if (spec.length > 0 && strcmp(spec.bytes, "machine") == 0)
		on_machine(&spec, arguments + 1);
	room = read_room(&spec);
	join_cgroups(room);
	identity = find_identity(room->base);
	if (identity.privileged) {
		/* Sources may lie where only real root can go, so they are gathered before the namespace. */
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			fail("assemble", errno, "cannot make a mount namespace");
		gather_room(room, &identity, true);
		enter_namespace(&identity, false);
	} else {
		enter_namespace(&identity, false);
		gather_room(room, &identity, false);
	}
	die_with_parent();
	mount_root(room);
	forbid_namespaces("0");
	execute(arguments + 1);
}

int main(int count, char **arguments)
{
	program_name = "selfsame-ns";
	die_with_parent();
	if (count >= 2 && strcmp(arguments[1], "run") == 0) {
		run(arguments + 2);
	} else if (count >= 2 && strcmp(arguments[1], "sandbox") == 0) {
		/* Directories of the room are entered by ids that own none of them; the command has the umask of its plan. */
		umask(022);
		sandbox(arguments + 2);
	} else if (count == 2 && strcmp(arguments[1], "identity") == 0) {
		struct identity identity = find_identity(0);
		printf("%s %u %u\n", identity.privileged ? "privileged" : "ordinary", identity.uid_base, identity.gid_base);
		return 0;
	}
	fail("usage", 0, "expected run, sandbox or identity");
}
