/*
 * A number passes to another process while an answer is about to be written. Run as `reuse DETERMINIZER CONFIG`, as root of a process
 * namespace with its own /proc; CONFIG makes the supervisor stop itself before it writes to PLACE. `reuse main` and what it starts are
 * the build; the process that gets the number of the caller is not. Prints what that has at PLACE.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PLACE ((char *)0x61000000) /* PAUSE_ADDRESS of config.h */
enum { LENGTH = 4096 };

static _Noreturn void give_up(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void map_place(void)
{
	if (mmap(PLACE, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != PLACE)
		give_up("mmap");
	memset(PLACE, '.', LENGTH);
}

/* Waits for the end of another, and then lets the supervisor answer once more: by then it has tried what it was to do. */
static int run_main(void)
{
	struct stat file;
	pid_t child = fork();
	if (child == 0) {
		map_place();
		prctl(PR_SET_NAME, "reuse-caller");
		return (int)syscall(SYS_stat, "/", PLACE) - 2;
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		return 1;
	return stat("/", &file);
}

/* The number, in our namespace, of the process of that name. */
static pid_t find(const char *name)
{
	char path[40], text[40];
	for (pid_t process = 2; process < 10000; process++) {
		snprintf(path, sizeof path, "/proc/%d/comm", process);
		int file = open(path, O_RDONLY);
		ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
		if (file >= 0)
			close(file);
		if (length > 1 && (size_t)length == strlen(name) + 1 && memcmp(text, name, strlen(name)) == 0)
			return process;
	}
	return 0;
}

static void wait_until_gone(pid_t process)
{
	struct timespec pause = {0, 1000000};
	for (int i = 0; i < 60000 && kill(process, 0) == 0; i++)
		nanosleep(&pause, NULL);
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "main") == 0)
		return run_main();
	if (count != 3)
		return 2;
	int status, waste;
	pid_t supervisor = fork();
	if (supervisor == 0) {
		execl(arguments[1], arguments[1], "--config", arguments[2], "--", arguments[0], "main", (char *)NULL);
		give_up("exec");
	}
	if (waitpid(supervisor, &status, WUNTRACED) != supervisor || !WIFSTOPPED(status)) {
		printf("not stopped: %x\n", status);
		return 1;
	}
	pid_t number = find("reuse-caller");
	if (!number)
		give_up("no caller");
	kill(number, SIGKILL);
	wait_until_gone(number);
	map_place();
	struct clone_args how = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
	long other = syscall(SYS_clone3, &how, sizeof how);
	if (other == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	if (other < 0)
		printf("skip: no process with a chosen number: %s\n", strerror(errno));
	kill(supervisor, SIGCONT);
	if (waitpid(supervisor, &status, 0) != supervisor || other < 0)
		return other < 0 ? 77 : 1;
	char path[40], bytes[LENGTH];
	snprintf(path, sizeof path, "/proc/%ld/mem", other);
	int memory = open(path, O_RDONLY);
	if (other != number || memory < 0 || pread(memory, bytes, LENGTH, (off_t)(uintptr_t)PLACE) != LENGTH)
		give_up("other");
	kill((pid_t)other, SIGKILL);
	waitpid((pid_t)other, &waste, 0);
	printf("supervisor %d, other %s\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, memcmp(bytes, PLACE, LENGTH) ? "written to" : "untouched");
	return 0;
}
