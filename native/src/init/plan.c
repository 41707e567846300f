#include "init/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/fail.h"

static const struct {
	const char *name;
	int resource;
} limit_names[] = {
	{"as", RLIMIT_AS},           {"core", RLIMIT_CORE},       {"cpu", RLIMIT_CPU},
	{"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},     {"locks", RLIMIT_LOCKS},
	{"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
	{"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},     {"rss", RLIMIT_RSS},
	{"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},   {"sigpending", RLIMIT_SIGPENDING},
	{"stack", RLIMIT_STACK},
};

static void check_room(size_t count, size_t max, const char *key)
{
	if (count >= max)
		fail("request", 0, "more than %zu of %s", max, key);
}

static rlim_t limit_value(struct spec *spec, const char *key)
{
	char *text = spec_value(spec, key);
	uint64_t number;

	if (strcmp(text, "unlimited") == 0)
		return RLIM_INFINITY;
	if (!parse_number(text, INT64_MAX, &number))
		fail("request", 0, "not a limit: %.40s", text);
	return number;
}

static void read_limit(struct plan *plan, struct spec *spec)
{
	struct wanted_limit *limit;
	bool found = false;

	check_room(plan->limit_count, RLIMITS_MAX, "limit");
	limit = &plan->limits[plan->limit_count++];
	limit->name = spec_value(spec, "limit");
	for (size_t i = 0; i < sizeof limit_names / sizeof *limit_names; i++) {
		if (strcmp(limit->name, limit_names[i].name) == 0) {
			limit->resource = limit_names[i].resource;
			found = true;
		}
	}
	if (!found)
		fail("request", 0, "unknown limit: %.40s", limit->name);
	limit->soft = limit_value(spec, "limit");
	limit->hard = limit_value(spec, "limit");
}

static void read_text(struct text *texts, size_t *count, struct spec *spec, const char *key)
{
	check_room(*count, TEXTS_MAX, key);
	texts[*count].path = spec_value(spec, key);
	texts[*count].content = spec_value(spec, key);
	(*count)++;
}

static void read_string(char **strings, size_t *count, size_t max, struct spec *spec, const char *key)
{
	check_room(*count, max, key);
	strings[(*count)++] = spec_value(spec, key);
}

static void read_answers(struct answers *answers, struct spec *spec)
{
	answers->wanted = true;
	answers->cpus = (unsigned)spec_number(spec, "answers", 1024);
	answers->memory = spec_number(spec, "answers", INT64_MAX);
	answers->release = spec_value(spec, "answers");
	answers->version = spec_value(spec, "answers");
	/* Fields of utsname hold 64 characters. */
	if (answers->cpus == 0 || strlen(answers->release) > 64 || strlen(answers->version) > 64)
		fail("request", 0, "answers out of bounds");
}

struct plan *read_plan(struct spec *spec)
{
	struct plan *plan = calloc(1, sizeof *plan);
	char *key;

	if (!plan)
		fail("request", errno, "no memory");
	plan->umask = 022;
	plan->cwd = "/";
	while ((key = spec_key(spec))) {
		if (strcmp(key, "argument") == 0)
			read_string(plan->arguments, &plan->argument_count, ARGUMENTS_MAX, spec, key);
		else if (strcmp(key, "variable") == 0)
			read_string(plan->variables, &plan->variable_count, VARIABLES_MAX, spec, key);
		else if (strcmp(key, "watch") == 0)
			read_string(plan->watched, &plan->watched_count, WATCHED_MAX, spec, key);
		else if (strcmp(key, "directory") == 0)
			read_string(plan->directories, &plan->directory_count, TEXTS_MAX, spec, key);
		else if (strcmp(key, "file") == 0)
			read_text(plan->files, &plan->file_count, spec, key);
		else if (strcmp(key, "fact") == 0)
			read_text(plan->facts, &plan->fact_count, spec, key);
		else if (strcmp(key, "system") == 0)
			read_text(plan->system, &plan->system_count, spec, key);
		else if (strcmp(key, "limit") == 0)
			read_limit(plan, spec);
		else if (strcmp(key, "answers") == 0)
			read_answers(&plan->answers, spec);
		else if (strcmp(key, "determinizer") == 0)
			plan->determinizer = spec_value(spec, key);
		else if (strcmp(key, "log") == 0)
			plan->log = true;
		else if (strcmp(key, "cwd") == 0)
			plan->cwd = spec_value(spec, key);
		else if (strcmp(key, "user") == 0) {
			plan->uid = (uint32_t)spec_number(spec, key, 65535);
			plan->gid = (uint32_t)spec_number(spec, key, 65535);
		} else if (strcmp(key, "account") == 0) {
			plan->account.name = spec_value(spec, key);
			plan->account.home = spec_value(spec, key);
		} else if (strcmp(key, "group-name") == 0)
			plan->account.group = spec_value(spec, key);
		else if (strcmp(key, "as-root") == 0)
			plan->as_root = true;
		else if (strcmp(key, "own-id") == 0) {
			plan->own_id = true;
			plan->own_uid = (uint32_t)spec_number(spec, key, UINT32_MAX - 1);
			plan->own_gid = (uint32_t)spec_number(spec, key, UINT32_MAX - 1);
		} else if (strcmp(key, "terminal") == 0)
			plan->terminal = true;
		else if (strcmp(key, "own-session") == 0)
			plan->own_session = true;
		else if (strcmp(key, "fixed-layout") == 0)
			plan->fixed_layout = true;
		else if (strcmp(key, "pseudo-terminal") == 0) {
			plan->columns = (unsigned)spec_number(spec, key, 1000);
			plan->rows = (unsigned)spec_number(spec, key, 1000);
		} else if (strcmp(key, "affinity") == 0)
			plan->affinity = (unsigned)spec_number(spec, key, 1024);
		else if (strcmp(key, "niceness") == 0)
			plan->niceness = (int)spec_number(spec, key, 19);
		else if (strcmp(key, "umask") == 0)
			plan->umask = (uint32_t)spec_number(spec, key, 0777);
		else if (strcmp(key, "epoch") == 0)
			plan->epoch = (int64_t)spec_number(spec, key, INT64_MAX);
		else if (strcmp(key, "wall") == 0)
			plan->wall = spec_number(spec, key, INT64_MAX);
		else if (strcmp(key, "memory") == 0)
			plan->memory = spec_number(spec, key, INT64_MAX);
		else if (strcmp(key, "processes") == 0)
			plan->processes = spec_number(spec, key, INT64_MAX);
		else if (strcmp(key, "disk") == 0)
			plan->disk = spec_number(spec, key, INT64_MAX);
		else
			fail("request", 0, "unknown key: %.40s", key);
	}
	if (plan->argument_count == 0)
		fail("request", 0, "no command");
	return plan;
}
