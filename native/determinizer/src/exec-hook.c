#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "background.h"
#include "fail.h"
#include "handlers.h"
#include "log.h"
#include "notify.h"
#include "vdso.h"

/*
 * A program is held for one moment, between being loaded and its first instruction: its random bytes are
 * replaced, its vDSO is overwritten, and then it runs free. No debugger stays attached, so a build's own debuggers work.
 */

enum { STACK_PART = 4 << 10, STACK_MAX = 16 << 20, ARGUMENTS_MAX = 4 << 20, VDSO_MAX = 64 << 10 };

/* What the kernel has put on the stack of a new program. */
struct start {
	uint64_t *words; /* argument count, arguments, 0, environment, 0, pairs of the auxiliary vector */
	size_t count;
	uint64_t address;
	size_t pairs; /* index of the auxiliary vector */
};

static bool read_start(int memory, uint64_t stack, struct start *start)
{
	size_t size = STACK_PART;
	*start = (struct start){.address = stack};
	for (; size <= STACK_MAX; size *= 4) {
		uint64_t *words = realloc(start->words, size);
		if (!words)
			break;
		start->words = words;
		ssize_t length = pread(memory, words, size, (off_t)stack);
		if (length < 16)
			break;
		start->count = (size_t)length / 8;
		size_t at = words[0] < start->count ? 2 + (size_t)words[0] : start->count;
		while (at < start->count && words[at])
			at++;
		start->pairs = at + 1;
		for (at++; at + 1 < start->count; at += 2)
			if (words[at] == AT_NULL)
				return true;
		if ((size_t)length < size)
			break;
	}
	free(start->words);
	start->words = NULL;
	return false;
}

/* Index of the value of an entry of the auxiliary vector, or 0. */
static size_t auxiliary(const struct start *start, uint64_t type)
{
	for (size_t at = start->pairs; at + 1 < start->count && start->words[at] != AT_NULL; at += 2)
		if (start->words[at] == type)
			return at + 1;
	return 0;
}

static struct image *identify(pid_t process, int directory, int memory, const struct start *start, const struct origin *origin)
{
	char executable[PATH_MAX], where[PATH_MAX];
	ssize_t executable_length = readlinkat(directory, "exe", executable, sizeof executable - 1);
	ssize_t where_length = readlinkat(directory, "cwd", where, sizeof where - 1);
	executable[executable_length < 0 ? 0 : executable_length] = 0;
	where[where_length < 0 ? 0 : where_length] = 0;
	/* The texts of the arguments lie behind each other, and then those of the environment. */
	uint64_t count = start->words[0], from = count ? start->words[1] : 0, to = start->words[count + 2];
	if (!to) {
		size_t name = auxiliary(start, AT_EXECFN);
		to = name ? start->words[name] : from;
	}
	size_t length = from && to > from && to - from <= ARGUMENTS_MAX ? (size_t)(to - from) : 0;
	char *arguments = malloc(length ? length : 1);
	ssize_t have = arguments && length ? pread(memory, arguments, length, (off_t)from) : 0;
	struct image *image = image_new(origin, process, executable, arguments ? arguments : "", have > 0 ? (size_t)have : 0, where);
	free(arguments);
	return image;
}

static bool patch_vdso(pid_t process, int memory, uint64_t base, const struct image *image, struct user_regs_struct *registers)
{
	static _Thread_local uint8_t bytes[VDSO_MAX];
	struct state state;
	if (!vdso_patch.usable || vdso_patch.length > sizeof bytes)
		return false;
	clock_state(&state, image);
	state.entry = registers->rip;
	memcpy(bytes, vdso_patch.bytes, vdso_patch.length);
	memcpy(bytes + (vdso_patch.state - vdso_patch.offset), &state, sizeof state);
	if (pwrite(memory, bytes, vdso_patch.length, (off_t)(base + vdso_patch.offset)) != (ssize_t)vdso_patch.length)
		return false;
	registers->rip = base + vdso_patch.stub;
	registers->orig_rax = (unsigned long long)-1;
	return ptrace(PTRACE_SETREGS, process, NULL, registers) == 0;
}

static void end_program(pid_t process, const char *why, uint32_t image)
{
	log_gap(why, image, NULL);
	kill(process, SIGKILL);
}

/* Has the program the note that Go's linker writes? It is within the first page, which is mapped at the headers' address. */
static bool is_go(int memory, const struct start *start)
{
	char page[4096];
	size_t headers = auxiliary(start, AT_PHDR);
	if (!headers)
		return false;
	uint64_t first = start->words[headers] & ~4095ull;
	return pread(memory, page, sizeof page, (off_t)first) == sizeof page && memmem(page, sizeof page, "\4\0\0\0Go\0\0", 8) != NULL;
}

/* What the kernel says of the processor, Linux's uapi/linux/auxvec.h; by number, as older headers lack some. */
enum { RSEQ_FEATURE_SIZE = 27, RSEQ_ALIGN = 28, HWCAP3 = 29, HWCAP4 = 30, LEAST_SIGNAL_STACK = 51 };
enum { EVERY_PROCESSOR = 0x078bfbff, SIGNAL_STACK = 16 << 10 };

/*
 * Makes what the kernel tells every program of the processor the same everywhere. AT_HWCAP becomes the features that each x86-64
 * processor has (EDX of CPUID 1, without what is newer); AT_HWCAP2 and its successors become none: whoever looks for an extra there does
 * without. The least size of a signal stack follows from the registers there are; a larger one is always right. The entries of
 * rseq belong to a call that is refused.
 */
static void mask_processor(struct start *start, int memory, uint32_t image)
{
	size_t end = start->pairs;
	for (; end + 1 < start->count && start->words[end] != AT_NULL; end += 2) {
		uint64_t *type = &start->words[end], *value = type + 1;
		if (*type == AT_HWCAP)
			*value = EVERY_PROCESSOR;
		else if (*type == AT_HWCAP2 || *type == HWCAP3 || *type == HWCAP4)
			*value = 0;
		else if (*type == LEAST_SIGNAL_STACK && *value <= SIGNAL_STACK)
			*value = SIGNAL_STACK;
		else if (*type == LEAST_SIGNAL_STACK)
			log_gap("signal-stack-size-is-real", 0, "this processor needs more than 16 KiB");
		else if (*type == RSEQ_FEATURE_SIZE || *type == RSEQ_ALIGN)
			*type = AT_IGNORE;
	}
	size_t length = 8 * (end - start->pairs);
	if (pwrite(memory, start->words + start->pairs, length, (off_t)(start->address + 8 * start->pairs)) != (ssize_t)length)
		log_gap("auxiliary vector could not be replaced", image, NULL);
}

/* Moves what the stack begins with to a lower address; what it points to stays. */
static void lower_stack(struct start *start, int memory, struct user_regs_struct *registers, uint32_t image)
{
	size_t end = start->pairs;
	while (end + 1 < start->count && start->words[end] != AT_NULL)
		end += 2;
	uint64_t address = start->address - 16 * layout_number("stack", 4096);
	size_t length = 8 * (end + 2);
	if (end + 1 >= start->count || pwrite(memory, start->words, length, (off_t)address) != (ssize_t)length) {
		log_gap("stack could not be varied", image, NULL);
		return;
	}
	start->address = registers->rsp = address;
}

/* The program is loaded and stopped before its first instruction. */
static void take_over(pid_t process, const struct origin *origin)
{
	struct user_regs_struct registers;
	struct start start;
	char path[48];
	snprintf(path, sizeof path, "%d", process);
	int directory = openat(proc_directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int memory = directory >= 0 ? openat(directory, "mem", O_RDWR | O_CLOEXEC) : -1;
	if (ptrace(PTRACE_GETREGS, process, NULL, &registers) != 0 || memory < 0 || !read_start(memory, registers.rsp, &start)) {
		end_program(process, "a new program could not be looked into; it was ended", origin->parent);
		goto close_both;
	}
	if (registers.cs != 0x33) { /* the 64-bit code segment of Linux */
		end_program(process, "32-bit program refused; it was ended", origin->parent);
		goto free_words;
	}
	struct image *image = identify(process, directory, memory, &start, origin);
	if (!image) {
		end_program(process, "too many programs; one was ended", origin->parent);
		goto free_words;
	}
	image->go = determined(SOURCE_RANDOMNESS) && is_go(memory, &start);
	size_t random = auxiliary(&start, AT_RANDOM), vdso = auxiliary(&start, AT_SYSINFO_EHDR);
	if (determined(SOURCE_RANDOMNESS) && random) {
		uint8_t bytes[16];
		random_start_bytes(image, bytes);
		if (pwrite(memory, bytes, sizeof bytes, (off_t)start.words[random]) != sizeof bytes)
			log_gap("AT_RANDOM could not be replaced", image->number, NULL);
	}
	if (determined(SOURCE_CPUS))
		mask_processor(&start, memory, image->number);
	if (config.sources[SOURCE_ADDRESS_SPACE].mode == MODE_VARY)
		lower_stack(&start, memory, &registers, image->number);
	bool needed = config.sources[SOURCE_ADDRESS_SPACE].mode == MODE_VARY || determined(SOURCE_CLOCK) || determined(SOURCE_RANDOMNESS) || determined(SOURCE_CPUS) || determined(SOURCE_TIME_STAMP_COUNTER);
	if (needed && vdso && !patch_vdso(process, memory, start.words[vdso], image, &registers)) {
		/* Without a vDSO the program asks the kernel, where the filter sees it. */
		uint64_t ignore = AT_IGNORE;
		log_gap("vDSO hidden instead of replaced", image->number, vdso_patch.why);
		if (pwrite(memory, &ignore, sizeof ignore, (off_t)(start.address + 8 * (vdso - 1))) != sizeof ignore)
			end_program(process, "the vDSO could be neither replaced nor hidden; the program was ended", image->number);
		ptrace(PTRACE_SETREGS, process, NULL, &registers);
	}
	if (image->debugs && determined(SOURCE_TIME_STAMP_COUNTER))
		log_gap("a debugger, and what it runs, reads the real time stamp counter", image->number, NULL);
	free(start.words);
	target_learn(process, directory, memory, image->number);
	return;
free_words:
	free(start.words);
close_both:
	if (memory >= 0)
		close(memory);
	if (directory >= 0)
		close(directory);
}

/*
 * Waits until the thread has become the new program, or was refused it. It was asked to stop as soon as it is
 * about to run its own code again; so one of the two always comes. Not `ours`: it is only let go.
 */
static void follow(const struct origin *origin, bool ours)
{
	int status;
	for (;;) {
		pid_t process = wait4(-1, &status, __WALL | __WNOTHREAD, NULL);
		if (process < 0 && errno == EINTR)
			continue;
		if (process < 0 || !WIFSTOPPED(status))
			return;
		int event = status >> 16, signal = WSTOPSIG(status);
		if (event == PTRACE_EVENT_EXEC && ours) {
			target_forget(process);
			take_over(process, origin);
			signal = 0;
		} else if (event) {
			signal = 0;
		}
		if (ptrace(PTRACE_DETACH, process, NULL, (void *)(uintptr_t)signal) == 0 || errno == ESRCH)
			return;
	}
}

/*
 * Programs whose beginning was read, by what of them changes whenever they do; so that those which a build executes
 * again and again are not opened each time.
 */
static struct fine {
	uint64_t device, number, size;
	int64_t seconds, nanoseconds;
} fine[256];
static pthread_mutex_t fine_lock = PTHREAD_MUTEX_INITIALIZER;

/* Is it among them? With `add`, from now on. */
static bool known_fine(const struct statx *file, bool add)
{
	struct fine one = {(uint64_t)file->stx_dev_major << 32 | file->stx_dev_minor, file->stx_ino, file->stx_size, file->stx_ctime.tv_sec,
		file->stx_ctime.tv_nsec};
	struct fine *place = &fine[(file->stx_ino ^ file->stx_ino >> 8) % 256];
	pthread_mutex_lock(&fine_lock);
	if (add)
		*place = one;
	bool known = memcmp(place, &one, sizeof one) == 0;
	pthread_mutex_unlock(&fine_lock);
	return known;
}

/* What the file begins with decides whether it could be determined. 0, or the error to answer with. */
static int check_program(struct call *call, const struct place *place)
{
	uint8_t head[20] = {0};
	struct stat file;
	struct statx known;
	if (statx(place->directory, place->path, 0, STATX_BASIC_STATS, &known) != 0)
		return errno;
	if (!S_ISREG(known.stx_mode) || known_fine(&known, false))
		return 0;
	/* First what it is, for good, so that nothing but an ordinary file is ever opened. */
	char link[32];
	int found = openat(place->directory, place->path, O_PATH | O_CLOEXEC);
	if (found < 0)
		return errno;
	snprintf(link, sizeof link, "self/fd/%d", found);
	int fd = fstat(found, &file) == 0 && S_ISREG(file.st_mode) ? openat(proc_directory, link, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	close(found);
	if (fd < 0)
		return 0; /* executable but not readable: judged after it is loaded */
	ssize_t length = read(fd, head, sizeof head);
	close(fd);
	if (length == sizeof head && memcmp(head, ELFMAG, SELFMAG) == 0 && head[EI_CLASS] == ELFCLASS32) {
		log_gap("32-bit program refused", call->image->number, place->path);
		return ENOEXEC;
	}
	if (file.st_ino == known.stx_ino)
		known_fine(&known, true);
	return 0;
}

/* Who traces the caller; 0 nobody. */
static pid_t tracer_of(const struct call *call)
{
	char text[2048];
	int file = openat(call->directory, "status", O_RDONLY | O_CLOEXEC);
	ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : -1;
	if (file >= 0)
		close(file);
	text[length < 0 ? 0 : length] = 0;
	const char *at = strstr(text, "\nTracerPid:");
	return at ? (pid_t)strtol(at + 11, NULL, 10) : 0;
}

/* Is it a thread of the supervisor? */
static bool is_ours(pid_t thread)
{
	char path[40];
	struct stat exists;
	snprintf(path, sizeof path, "self/task/%d", thread);
	return thread > 0 && fstatat(proc_directory, path, &exists, 0) == 0;
}

/* The caller could not be seized. Only if a debugger of the build holds it already may it execute. */
static void cannot_hold(struct call *call, int error, const char *path)
{
	pid_t tracer = error == ESRCH || !call_waits(call) || !call_look(call) ? -1 : tracer_of(call);
	/* Another thread of ours, after an execution that failed: it stays until the caller stops, which is in the new program. */
	if (tracer < 0 || is_ours(tracer))
		return;
	if (tracer > 0) {
		memory_may_be_another = true;
		log_gap("a new program is traced by another and keeps its real clock and start bytes", call->image->number, path);
		return;
	}
	if (call->image->number == 0)
		fail("ptrace", error, "cannot hold the command where it starts, because this system does not let us trace it");
	log_gap("a program could not be held where it starts; it was refused", call->image->number, path);
	call->go_on = false;
	call->error = EPERM;
}

/*
 * Holds the caller. Where a signal could break off its last call, another thread of ours may still have to let go of it: that one waits
 * for the caller to stop, which it does in its waiting for us. Nothing else would take over the new program.
 */
static bool seize(struct call *call)
{
	while (ptrace(PTRACE_SEIZE, call->thread, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) != 0) {
		struct timespec pause = {0, 1000000};
		int error = errno;
		if (error != EPERM || features.wait_killable || !call_waits(call) || !call_look(call) || !is_ours(tracer_of(call))) {
			errno = error;
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

static void execute(struct call *call, int fd, uint64_t address, int flags)
{
	char path[PATH_MAX];
	struct place place;
	if ((call->error = target_path(call, address, path)))
		return;
	if (!become_caller(call)) {
		call->error = EPERM;
		return;
	}
	if ((call->error = place_find(call, fd, path, flags, &place)))
		return;
	call->error = check_program(call, &place);
	if (call->error == ENOENT && place_retry(call, fd, path, flags, &place))
		call->error = check_program(call, &place);
	place_close(&place);
	if (call->error == ENOENT || call->error == ENOTDIR || call->error == ENOEXEC)
		return;
	call->error = 0;
	call->go_on = true;

	take_counts(call);
	background_none(call);
	background_end(call);
	target_forget(call->thread);
	pool_leave();
	if (!seize(call)) {
		cannot_hold(call, errno, path);
		call_answer(call);
	} else {
		/* The number was the caller's if the caller is still there. */
		bool ours = call_waits(call);
		call_answer(call);
		ptrace(PTRACE_INTERRUPT, call->thread, NULL, NULL);
		const struct origin origin = {call->image->number, call->has_state ? call->state.scope : 0};
		follow(&origin, ours);
	}
	pool_return();
}

void handle_execve(struct call *call)
{
	execute(call, AT_FDCWD, argument(call, 0), 0);
}

void handle_execveat(struct call *call)
{
	execute(call, int_argument(call, 0), argument(call, 1), int_argument(call, 4));
}
