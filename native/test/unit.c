/* Unit tests of the parts that read bytes from elsewhere; run with sanitizers by `make test`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fail.h"
#include "common/spec.h"
#include "init/plan.h"
#include "init/status.h"
#include "init/watch.h"
#include "ns/identity.h"
#include "ns/room.h"

static int failures, checks;

#define CHECK(condition) \
	do { \
		checks++; \
		if (!(condition)) { \
			failures++; \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
		} \
	} while (0)

static struct spec spec_from(const char *bytes, size_t length)
{
	char *copy = malloc(length ? length : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, length);
	return spec_of(copy, length);
}

/* True if reading `bytes` with `read` ends the program with its own failure status, in a child. */
static bool refused(void *(*read)(struct spec *), const char *bytes, size_t length)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		struct spec spec = spec_from(bytes, length);
		read(&spec);
		_exit(0);
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OWN_FAILURE;
}

static void *plan_reader(struct spec *spec)
{
	return read_plan(spec);
}

static void *room_reader(struct spec *spec)
{
	return read_room(spec);
}

#define REFUSED(read, text) refused(read, text, sizeof(text) - 1)

static void test_numbers(void)
{
	uint64_t number = 7;

	CHECK(parse_number("0", 10, &number) && number == 0);
	CHECK(parse_number("18446744073709551615", UINT64_MAX, &number) && number == UINT64_MAX);
	CHECK(!parse_number("18446744073709551616", UINT64_MAX, &number));
	CHECK(!parse_number("", 10, &number));
	CHECK(!parse_number("11", 10, &number));
	CHECK(!parse_number("-1", 10, &number));
	CHECK(!parse_number(" 1", 10, &number));
	CHECK(!parse_number("1x", 10, &number));
}

static void test_plan(void)
{
	static const char text[] = "argument\0sh\0argument\0-c\0variable\0A=\0wall\000100\0user\0001000\0001001\0limit\0core\0000\0unlimited\0"
				   "answers\0004\0001000\0release\0version\0fact\0/proc/x\0\0";
	struct spec spec = spec_from(text, sizeof text - 1);
	struct plan *plan = read_plan(&spec);

	CHECK(plan->argument_count == 2 && strcmp(plan->arguments[1], "-c") == 0 && plan->arguments[2] == NULL);
	CHECK(plan->variable_count == 1 && strcmp(plan->variables[0], "A=") == 0);
	CHECK(plan->wall == 100 && plan->uid == 1000 && plan->gid == 1001);
	CHECK(plan->limit_count == 1 && plan->limits[0].soft == 0 && plan->limits[0].hard == RLIM_INFINITY);
	CHECK(plan->answers.wanted && plan->answers.cpus == 4);
	CHECK(plan->fact_count == 1 && plan->facts[0].content[0] == '\0');
	free(plan);
	free(spec.bytes);

	CHECK(REFUSED(plan_reader, "argument\0sh"));
	CHECK(REFUSED(plan_reader, "argument\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0nonsense\0"));
	CHECK(REFUSED(plan_reader, "wall\0001\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0wall\0-1\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0user\00065536\0000\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0answers\0000\0001\0r\0v\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0answers\0002000\0001\0r\0v\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0limit\0speed\0001\0001\0"));
	CHECK(REFUSED(plan_reader, "argument\0sh\0umask\0009999\0"));
}

static void test_room(void)
{
	CHECK(REFUSED(room_reader, "scratch\0/s\0init\0/i\0"));
	CHECK(REFUSED(room_reader, "layer\0/l\0scratch\0/s\0"));
	CHECK(REFUSED(room_reader, "layer\0/l\0scratch\0/s\0init\0/i\0owner\00070000\0000\0"));
	CHECK(REFUSED(room_reader, "mount\0rw\0"));
}

static void test_json(void)
{
	char text[64], small[16];

	json_string(text, sizeof text, "a\"b\\c\n\xc3\xa9");
	CHECK(strcmp(text, "\"a\\\"b\\\\c\\u000a\\u00c3\\u00a9\"") == 0);
	json_string(small, sizeof small, "\n\n\n\n\n\n\n\n\n\n");
	CHECK(strlen(small) < sizeof small && small[strlen(small) - 1] == '"');
}

static void test_ranges(const char *directory)
{
	char path[4096];
	uint32_t start = 0, count = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/subuid", directory);
	file = fopen(path, "w");
	fputs("other:1:70000\nme:100:10\n# me:5:99999\n1234:200000:65536\nme:x:65536\nme:300000\nme:4294967295:65536\nme:400000:65535", file);
	fclose(file);
	CHECK(largest_range(path, "me", 1234, &start, &count) && start == 200000 && count == 65536);
	CHECK(largest_range(path, "me", 1, &start, &count) && start == 400000 && count == 65535);
	CHECK(largest_range(path, NULL, 1234, &start, &count) && start == 200000);
	CHECK(!largest_range(path, "nobody", 1, &start, &count));
	CHECK(!largest_range("/no/such/file", "me", 1, &start, &count));

	snprintf(path, sizeof path, "%s/map", directory);
	file = fopen(path, "w");
	fputs("         0       1000          1\n         1     100000      65535\n", file);
	fclose(file);
	CHECK(range_is_mapped(path, 1, 65535));
	CHECK(!range_is_mapped(path, 1, 65536));
	CHECK(!range_is_mapped(path, 1879048192u, 65536));
	CHECK(range_is_mapped("/proc/self/uid_map", 0, 1));
}

static void test_usage(const char *directory)
{
	char path[4096], other[4096];
	int fd;
	uint64_t empty, once;

	snprintf(path, sizeof path, "%s/usage", directory);
	CHECK(mkdir(path, 0700) == 0);
	empty = disk_usage(open(path, O_RDONLY | O_DIRECTORY));
	snprintf(path, sizeof path, "%s/usage/file", directory);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	char block[65536];
	memset(block, 'x', sizeof block);
	CHECK(write(fd, block, sizeof block) == sizeof block && fsync(fd) == 0);
	close(fd);
	snprintf(other, sizeof other, "%s/usage", directory);
	once = disk_usage(open(other, O_RDONLY | O_DIRECTORY));
	CHECK(once >= empty + sizeof block);
	snprintf(other, sizeof other, "%s/usage/again", directory);
	CHECK(link(path, other) == 0);
	snprintf(other, sizeof other, "%s/usage", directory);
	CHECK(disk_usage(open(other, O_RDONLY | O_DIRECTORY)) == once);
}

int main(void)
{
	char directory[] = "/tmp/selfsame-unit-XXXXXX", command[64];

	program_name = "unit";
	if (!mkdtemp(directory))
		return 1;
	test_numbers();
	test_plan();
	test_room();
	test_json();
	test_ranges(directory);
	test_usage(directory);
	snprintf(command, sizeof command, "rm -rf %s", directory);
	if (system(command) != 0)
		failures++;
	printf("%d checks, %d failed\n", checks, failures);
	return failures ? 1 : 0;
}
