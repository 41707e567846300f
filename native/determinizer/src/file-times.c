#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <utime.h>

#include "fail.h"
#include "handlers.h"
#include "log.h"

/*
 * Times of files, in bands: inputs up to the epoch; what the build writes in the second after it, in its
 * order but with a week of real time pressed into that second; and then the clock. So nothing is ever newer
 * than "now", seconds are constant, and newer files stay newer.
 */

enum { PRESSED = 7 * 86400, START_MAX = PRESSED - 86400 };
static const int64_t second = 1000000000;

static struct timespec started; /* real time from which stamps can only be the kernel's */
static int64_t press = PRESSED;
static int64_t inputs_shift;
static char began[40];

static bool is_earlier(struct timespec left, struct timespec right)
{
	return left.tv_sec < right.tv_sec || (left.tv_sec == right.tv_sec && left.tv_nsec < right.tv_nsec);
}

/* Seconds and exactly nine digits, so that nobody has to wonder what fewer would mean. */
static struct timespec read_start(const char *text)
{
	struct timespec now, start = {0, 0};
	size_t whole = strspn(text, "0123456789");
	if (whole < 1 || whole > 12 || text[whole] != '.' || strspn(text + whole + 1, "0123456789") != 9 || text[whole + 10])
		fail("config", 0, "start must be a decimal string of seconds since 1970, a point and nine digits, not %.40s", text);
	start.tv_sec = (time_t)strtoll(text, NULL, 10);
	start.tv_nsec = strtol(text + whole + 1, NULL, 10);
	clock_gettime(CLOCK_REALTIME, &now);
	if (is_earlier(now, start))
		fail("config", 0, "start %.40s is in the future", text);
	if (start.tv_sec < now.tv_sec - START_MAX)
		fail("config", 0, "start %.40s is more than %d days ago", text, START_MAX / 86400);
	return start;
}

static void note_start(struct timespec start)
{
	started = start;
	snprintf(began, sizeof began, "%lld.%09ld", (long long)started.tv_sec, started.tv_nsec);
}

void file_times_start(void)
{
	/* Everything written before has an earlier stamp, be it of the kernel's fine or of its coarse clock. */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	note_start(config.start ? read_start(config.start) : now);
	if (config.sources[SOURCE_FILE_TIMES].mode == MODE_VARY) {
		press += (int64_t)(varied(SOURCE_FILE_TIMES, "file time scale", 0) % PRESSED);
		inputs_shift = 1 + (int64_t)(varied(SOURCE_FILE_TIMES, "file time shift", 0) % (1000 * 86400u));
	}
}

void file_times_settle(void)
{
	/* The coarse clock, with which the kernel stamps, is 1 to 10 ms behind; most of that has passed since the start. */
	struct timespec coarse, pause = {0, 200000};
	for (int i = 0; i < 100; i++) {
		clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
		if (!is_earlier(coarse, started))
			return;
		nanosleep(&pause, NULL);
	}
	/* A clock that stands still, or was set back meanwhile. */
	note_start(coarse);
}

const char *file_times_began(void)
{
	return began;
}

struct timespec file_time_constant(void)
{
	return (struct timespec){config.epoch, 0};
}

/*
 * What was written after the epoch but before the run (by an editor, by a checkout, by the run before) has the epoch's
 * second. Nanoseconds in it keep the order, for programs that decide by it what is out of date: the younger, the finer. A
 * file's age is written as a floating-point number with 24 bits behind the point, and that number counted back from
 * the end of the second: so a second is told apart in files half a year old.
 */
static struct timespec in_order(struct timespec real)
{
	enum { FRACTION = 24 };
	int64_t seconds = started.tv_sec - real.tv_sec;
	uint64_t age = seconds < 0 ? 0 : (uint64_t)seconds * second + (uint64_t)(started.tv_nsec - real.tv_nsec), code = age;
	if (seconds < 0 || (int64_t)age < 0)
		return file_time_constant(); /* from the future: no clock says when that was written */
	if (code >> FRACTION) {
		unsigned scale = 63 - (unsigned)__builtin_clzll(code) - FRACTION;
		code = ((uint64_t)(scale + 1) << FRACTION) + ((code >> scale) & ((1u << FRACTION) - 1));
	}
	return (struct timespec){config.epoch, second - 1 - (long)code};
}

struct timespec file_time_shown(const struct statx *file, const struct image *image)
{
	int64_t first = config.epoch + 1 + clock_shift();
	struct timespec real = {file->stx_mtime.tv_sec, file->stx_mtime.tv_nsec}, changed = {file->stx_ctime.tv_sec, file->stx_ctime.tv_nsec};
	struct timespec shown = {real.tv_sec < INT64_MIN + inputs_shift ? real.tv_sec : real.tv_sec - inputs_shift, real.tv_nsec};
	/* The time of the last change cannot be set: an input from the future still has one from before. */
	bool written = !is_earlier(real, started) && !is_earlier(changed, started);
	if (written && real.tv_sec - started.tv_sec < PRESSED) {
		int64_t since = (real.tv_sec - started.tv_sec) * second + real.tv_nsec - started.tv_nsec;
		shown = (struct timespec){first, since / press};
	} else if (real.tv_sec >= config.epoch) {
		shown = image && image->orders_inputs ? in_order(real) : file_time_constant();
		shown.tv_sec -= inputs_shift; /* as all inputs, so that their order stays */
	}
	if (config.hide_nanoseconds && image && !image->orders_by_time)
		shown.tv_nsec = 0;
	return shown;
}

enum file_time_set file_time_asked(struct timespec *asked)
{
	int64_t first = config.epoch + 1 + clock_shift();
	if (asked->tv_sec >= first + 1 && asked->tv_sec < first + 1 + PRESSED)
		return FILE_TIME_NOW; /* the program's idea of now */
	if (asked->tv_sec == first) {
		/* A copied time of a file of this build: back to the kernel's scale, to be shown as it was. */
		int64_t since = asked->tv_nsec * press + started.tv_nsec;
		*asked = (struct timespec){started.tv_sec + since / second, since % second};
	}
	return FILE_TIME_AS_IS;
}

/* Would this real time be shown as it is, if it were set by a program? */
static bool shows_itself(const struct timespec *real)
{
	struct statx file = {.stx_mtime = {.tv_sec = real->tv_sec, .tv_nsec = (uint32_t)real->tv_nsec}};
	file.stx_ctime = file.stx_mtime;
	struct timespec shown = file_time_shown(&file, NULL);
	return shown.tv_sec == real->tv_sec && shown.tv_nsec == real->tv_nsec;
}

static void set_times(struct call *call, const struct place *place, int flags, struct timespec times[2])
{
	struct timespec asked = times[1];
	bool translated = false;
	for (int i = 0; i < 2; i++) {
		if (times[i].tv_nsec == UTIME_NOW || times[i].tv_nsec == UTIME_OMIT || times[i].tv_nsec < 0 || times[i].tv_nsec >= second)
			continue;
		struct timespec before = times[i];
		if (file_time_asked(&times[i]) == FILE_TIME_NOW)
			times[i].tv_nsec = UTIME_NOW;
		if (i == 1)
			translated = times[i].tv_nsec == UTIME_NOW || times[i].tv_sec != before.tv_sec || times[i].tv_nsec != before.tv_nsec;
	}
	if (utimensat(place->directory, place->path, times, flags) != 0) {
		call->error = errno;
		return;
	}
	call->error = 0;
	image_count(call->image, SOURCE_FILE_TIMES);
	bool is_time = asked.tv_nsec >= 0 && asked.tv_nsec < second;
	if (is_time && !translated && !shows_itself(&asked)) {
		struct statx file;
		if (statx(place->directory, place->path, flags, STATX_BASIC_STATS | STATX_BTIME, &file) == 0) {
			inode_shown(call, &file, place); /* so that it is known */
			inode_set_time(&file, (struct timespec){file.stx_mtime.tv_sec, file.stx_mtime.tv_nsec});
		}
	}
}

static void set_path_times(struct call *call, int fd, uint64_t address, int flags, struct timespec times[2])
{
	char path[PATH_MAX];
	struct place place;
	call->error = target_path(call, address, path);
	if (!call->error && !become_caller(call))
		call->error = EPERM;
	if (!call->error)
		call->error = place_find(call, fd, path, flags, &place);
	if (call->error)
		return;
	if (!call_waits(call))
		call->error = EINTR;
	else
		set_times(call, &place, flags & AT_SYMLINK_NOFOLLOW, times);
	place_close(&place);
}

void handle_utimensat(struct call *call)
{
	struct timespec times[2];
	int flags = int_argument(call, 3);
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
		call->error = EINVAL;
	} else if (target_read(call, argument(call, 2), times, sizeof times) != sizeof times) {
		call->error = EFAULT;
	} else if (argument(call, 1)) {
		set_path_times(call, int_argument(call, 0), argument(call, 1), flags, times);
	} else {
		/* Without a path: the descriptor itself. */
		struct place place;
		struct stat exists;
		place_descriptor(call, int_argument(call, 0), &place);
		if (flags)
			call->error = EINVAL;
		else if (!become_caller(call))
			call->error = EPERM;
		else if (int_argument(call, 0) < 0 || fstatat(place.directory, place.path, &exists, AT_SYMLINK_NOFOLLOW) != 0)
			call->error = EBADF;
		else if (!call_waits(call))
			call->error = EINTR;
		else
			set_times(call, &place, 0, times);
	}
}

static bool read_timevals(struct call *call, uint64_t address, struct timespec times[2])
{
	struct timeval old[2];
	if (target_read(call, address, old, sizeof old) != sizeof old) {
		call->error = EFAULT;
		return false;
	}
	for (int i = 0; i < 2; i++) {
		if (old[i].tv_usec < 0 || old[i].tv_usec >= 1000000) {
			call->error = EINVAL;
			return false;
		}
		times[i] = (struct timespec){old[i].tv_sec, old[i].tv_usec * 1000};
	}
	return true;
}

void handle_utimes(struct call *call)
{
	struct timespec times[2];
	if (read_timevals(call, argument(call, 1), times))
		set_path_times(call, AT_FDCWD, argument(call, 0), 0, times);
}

void handle_futimesat(struct call *call)
{
	struct timespec times[2];
	if (!read_timevals(call, argument(call, 2), times))
		return;
	if (argument(call, 1)) {
		set_path_times(call, int_argument(call, 0), argument(call, 1), 0, times);
		return;
	}
	struct place place;
	place_descriptor(call, int_argument(call, 0), &place);
	if (!become_caller(call))
		call->error = EPERM;
	else
		set_times(call, &place, 0, times);
}

void handle_utime(struct call *call)
{
	struct utimbuf old;
	if (target_read(call, argument(call, 1), &old, sizeof old) != sizeof old) {
		call->error = EFAULT;
		return;
	}
	struct timespec times[2] = {{old.actime, 0}, {old.modtime, 0}};
	set_path_times(call, AT_FDCWD, argument(call, 0), 0, times);
}
