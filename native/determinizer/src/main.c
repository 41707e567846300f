/*
 * selfsame-determinizer: runs one command so that whatever it and its descendants ask the kernel for (time,
 * order, randomness, counts) has answers that are a function of the build alone. docs/determinizer.md
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "by-init.h"
#include "config.h"
#include "fail.h"
#include "handlers.h"
#include "json.h"
#include "launch.h"
#include "log.h"
#include "namespaces.h"
#include "notify.h"
#include "vdso.h"

static const char usage[] =
	"usage: selfsame-determinizer [--config FILE] [--source NAME=MODE[,NAME=MODE…]] [--epoch SECONDS]\n"
	"                             [--log FILE] [--no-namespaces] [--] COMMAND [ARGUMENT…]\n"
	"       by the init of a sandbox: --config-fd N --init-fd N [--log-fd N] [--own-id] [--session] [--] COMMAND [ARGUMENT…]\n"
	"MODE is real, fixed or vary:SEED. NAME is all or one of:";

static _Noreturn void print_usage(int status)
{
	FILE *out = status ? stderr : stdout;
	fputs(usage, out);
	for (int i = 0; i < SOURCE_COUNT; i++)
		fprintf(out, " %s", source_names[i]);
	fputc('\n', out);
	exit(status);
}

static void read_config(const char *path, int file)
{
	static char bytes[JSON_MAX + 1];
	char why[160] = "";
	size_t length = 0;
	ssize_t part = -1;
	while (file >= 0 && length < sizeof bytes && (part = read(file, bytes + length, sizeof bytes - length)) > 0)
		length += (size_t)part;
	if (file < 0 || part < 0)
		fail("config", errno, "cannot read %s", path);
	if (!config_apply(bytes, length, why))
		fail("config", 0, "%s: %s", path, why);
	if (file > 0)
		close(file);
}

static int read_descriptor(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);
	if (end == text || *end || number < 3 || number > 1023 || fcntl((int)number, F_SETFD, FD_CLOEXEC) != 0)
		fail("config", 0, "not an open descriptor: %.60s", text);
	return (int)number;
}

static int64_t read_seconds(const char *text, const char *what)
{
	char *end;
	errno = 0;
	long long seconds = strtoll(text, &end, 10);
	if (errno || end == text || *end || seconds < 0 || seconds > 1ll << 40)
		fail("config", 0, "%s must be seconds since 1970, not %.60s", what, text);
	return seconds;
}

/* Returns the command. */
static char **read_arguments(int count, char **arguments)
{
	char why[160];
	int i = 1;
	for (; i < count && strncmp(arguments[i], "--", 2) == 0; i++) {
		const char *name = arguments[i];
		if (strcmp(name, "--") == 0) {
			i++;
			break;
		}
		if (strcmp(name, "--help") == 0)
			print_usage(0);
		if (strcmp(name, "--no-namespaces") == 0) {
			config.namespaces = false;
			continue;
		}
		if (strcmp(name, "--own-id") == 0) {
			config.own_id = true;
			continue;
		}
		if (strcmp(name, "--session") == 0) {
			config.session = true;
			continue;
		}
		if (i + 1 == count)
			print_usage(2);
		char *value = arguments[++i];
		if (strcmp(name, "--config") == 0)
			read_config(value, strcmp(value, "-") == 0 ? 0 : open(value, O_RDONLY | O_CLOEXEC));
		else if (strcmp(name, "--config-fd") == 0)
			read_config("configuration", read_descriptor(value));
		else if (strcmp(name, "--log-fd") == 0)
			config.log_descriptor = read_descriptor(value);
		else if (strcmp(name, "--fuse-fd") == 0)
			config.fuse = read_descriptor(value); /* what is no /dev/fuse counts as none */
		else if (strcmp(name, "--init-fd") == 0)
			config.init = read_descriptor(value);
		else if (strcmp(name, "--log") == 0)
			config.log = value;
		else if (strcmp(name, "--epoch") == 0)
			config.epoch = read_seconds(value, "--epoch");
		else if (strcmp(name, "--source") == 0) {
			if (!config_sources(value, why))
				fail("config", 0, "%s", why);
		} else
			print_usage(2);
	}
	if (i == count)
		print_usage(2);
	if (by_init())
		config.namespaces = false;
	return arguments + i;
}

static void settle_epoch(void)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	if (config.epoch < 0 && text)
		config.epoch = read_seconds(text, "SOURCE_DATE_EPOCH");
	if (config.epoch < 0 && (determined(SOURCE_CLOCK) || determined(SOURCE_FILE_TIMES)))
		fail("config", 0, "no epoch: give --epoch, or set SOURCE_DATE_EPOCH");
}

static char devices_why[160];

static void prepare_masks(void)
{
	namespaces_prepare();
	if (config.masks == MASKS_DEFAULT)
		config.masks = config.namespaces || by_init() ? MASKS_ALL : MASKS_NONE;
	if (config.masks != MASKS_NONE && !config.namespaces && !by_init())
		namespaces_separate();
	if (config.masks != MASKS_NONE && determined(SOURCE_RANDOMNESS))
		if (!devices_start(devices_why))
			devices_answer();
}

/* Which of those instructions this processor has besides CPUID (Intel's manual, volume 2, CPUID leaves 1 and 7). */
static const char *instructions_there(void)
{
	static char text[64];
	unsigned a, b, c, d;
	if (__get_cpuid(1, &a, &b, &c, &d) && c >> 30 & 1)
		strcat(text, " RDRAND");
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		strcat(text, b >> 18 & 1 ? " RDSEED" : "");
		strcat(text, c >> 22 & 1 ? " RDPID" : "");
	}
	return *text ? text + 1 : "CPUID alone is there";
}

static void log_start(const struct launch *launch)
{
	log_begin("start");
	log_number("version", 1);
	log_number("epoch", config.epoch);
	log_text("start", file_times_began());
	if (config.sources[SOURCE_PIDS].mode == MODE_VARY)
		log_number("firstProcess", namespaces_last_process() + 1);
	log_open_object("sources");
	for (int i = 0; i < SOURCE_COUNT; i++) {
		static const char *const modes[] = {"real", "fixed", "vary"};
		log_text(source_names[i], modes[config.sources[i].mode]);
	}
	log_close_object();
	log_end();
	if (!launch->wait_killable)
		log_gap("kernel without WAIT_KILLABLE_RECV: a signal may repeat a call that was answered", 0, NULL);
	if (!features.same_cpu_wake)
		log_gap("kernel without SYNC_WAKE_UP: calls that are answered cost more", 0, NULL);
	if (!features.descriptor_copy && (determined(SOURCE_DIRECTORY_ORDER) || determined(SOURCE_INODES)))
		log_gap("directory-order-is-real", 0, "kernel without pidfd_getfd, or it is forbidden: directories are listed as they are stored");
	if (!vdso_patch.usable)
		log_gap("signals-may-interrupt", 0, "vDSO cannot be replaced: handlers without SA_RESTART may break off calls that wait for the supervisor");
	if (!vdso_patch.usable && !launch->wait_killable)
		log_gap("answers-may-come-late", 0, "where a handler without SA_RESTART breaks off a call, what answers it may be written afterwards");
	if (!vdso_patch.usable)
		log_gap("vDSO cannot be replaced: it is hidden, and the clock costs more", 0, vdso_patch.why);
	struct stat device;
	if (config.masks == MASKS_NONE && determined(SOURCE_RANDOMNESS) && stat("/dev/urandom", &device) == 0 && S_ISCHR(device.st_mode))
		log_gap("random-devices-are-real", 0, "/dev/urandom is the kernel's: masks is none");
	if (*vdso_patch.refused)
		log_gap("function of the vDSO is not known and was refused", 0, vdso_patch.refused);
	if (*devices_why)
		log_gap(devices_answered() ? "random-devices-are-sockets" : "random-devices-not-served", 0, devices_why);
	namespaces_report();
	/* These instructions give their answers without asking anybody. */
	log_gap("instructions CPUID, RDRAND, RDSEED and RDPID answer as the processor does", 0, instructions_there());
	log_gap("order in which threads and processes run", 0, NULL);
	if (determined(SOURCE_TIME_STAMP_COUNTER) && !vdso_patch.usable)
		log_gap("instructions RDTSC and RDTSCP answer as the processor does", 0, NULL);
}

/* Waits for the end, and passes on being told to end. Returns the command's wait status. */
static int wait_for_end(const struct launch *launch, const sigset_t *signals)
{
	for (;;) {
		int status, signal = sigwaitinfo(signals, NULL);
		if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT) {
			/* At a terminal the command has got the same signal, and may want to end in its own way. */
			if (signal != SIGINT && signal != SIGQUIT)
				kill(launch->child, SIGKILL);
			continue;
		}
		if (waitpid(launch->child, &status, WNOHANG) != launch->child)
			continue;
		int command = 0;
		return read(launch->status, &command, sizeof command) == sizeof command ? command : status;
	}
}

/* Until the command runs, or is known not to. */
static void await_start(const struct launch *launch, const char *program)
{
	int error = 0;
	if (read(launch->refusal, &error, sizeof error) == sizeof error)
		fail(error == ENOENT ? "command-missing" : "command-refused", error, "%s", program);
	init_started();
}

int main(int count, char **arguments)
{
	sigset_t signals;
	config_default();
	char **command = read_arguments(count, arguments);
	settle_epoch();
	proc_directory = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc_directory < 0)
		fail("proc", errno, "cannot open /proc");
	int error = log_open();
	if (error)
		fail("log", error, "cannot write %s", config.log);
	vdso_start();
	if (config.monotonic && !determined(SOURCE_CLOCK))
		fail("config", 0, "monotonic can be virtual only while the clock is not real");
	if (config.monotonic && !vdso_patch.usable)
		fail("config", 0, "monotonic cannot be virtual on this machine: %s", vdso_patch.why);
	images_start();
	inodes_start();
	targets_start();
	ids_start();
	clock_start();
	file_times_start();
	if (config.namespaces)
		namespaces_enter();

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGQUIT);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	prepare_masks();
	struct launch launch = launch_command(command);
	signal(SIGPIPE, SIG_IGN);
	/* Programs that stop where they start are no news for the main thread. */
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP}, NULL);
	listener = launch.listener;
	features.wait_killable = launch.wait_killable;
	/* Nothing in the tree may look into us. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (!devices_answer_start())
		fail("start", errno, "cannot answer for the random devices");
	error = notify_start();
	if (error)
		fail("notify", error, "cannot answer system calls");
	file_times_settle();
	log_start(&launch);
	if (write(launch.go, "g", 1) != 1)
		fail("start", errno, "the command's process ended before it could start");
	close(launch.go);
	if (by_init())
		await_start(&launch, command[0]);
	int status = wait_for_end(&launch, &signals);

	images_report();
	devices_answer_report();
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	log_begin("end");
	log_number(WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_number("processes", images_count() - 1);
	log_number("notCovered", log_gap_count());
	log_number("memoryKilobytes", used.ru_maxrss);
	log_number("microseconds", (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	log_end();
	error = log_close();
	if (error)
		fail("log", error, "cannot write all of %s", config.log);
	if (by_init())
		init_ended(status);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
