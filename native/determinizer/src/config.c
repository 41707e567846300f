#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "json.h"

enum { SEED_MAX = 256, WHY_MAX = 160 };

#define SOURCE_TEXT(name, text) text,
const char *const source_names[SOURCE_COUNT] = {SOURCES(SOURCE_TEXT)};
#undef SOURCE_TEXT

struct config config;

void config_default(void)
{
	config = (struct config){
		.seed = "selfsame",
		.epoch = -1,
		.clock_step = 1000,
		.clock_quantum = 1000000,
		.stall_seconds = 60,
		.cpus = 1,
		.memory = 4ull << 30,
		.hostname = "selfsame",
		.release = "6.1.0",
		.version = "#1 SMP",
		.machine = "x86_64",
		.domain = "(none)",
		.block_size = 4096,
		.namespaces = true,
		.fuse = -1,
		.user = -1,
		.group = -1,
		.init = -1,
		.log_descriptor = -1,
		.log_max = 64 << 20,
		.log_writes = true,
	};
	for (int i = 0; i < SOURCE_COUNT; i++)
		config.sources[i] = (struct setting){MODE_FIXED, NULL};
	config.sources[SOURCE_DELAYS].mode = MODE_REAL;
	config.sources[SOURCE_MEMORY_POISON].mode = MODE_REAL;
}

static bool set_mode(struct setting *setting, const char *text)
{
	if (strcmp(text, "real") == 0)
		*setting = (struct setting){MODE_REAL, NULL};
	else if (strcmp(text, "fixed") == 0)
		*setting = (struct setting){MODE_FIXED, NULL};
	else if (strncmp(text, "vary:", 5) == 0 && text[5] && strlen(text) <= 5 + SEED_MAX)
		*setting = (struct setting){MODE_VARY, strdup(text + 5)};
	else
		return false;
	return true;
}

static bool set_source(const char *name, const char *mode, char *why)
{
	bool known = false;
	for (int i = 0; i < SOURCE_COUNT; i++)
		if (strcmp(name, source_names[i]) == 0 || strcmp(name, "all") == 0) {
			known = true;
			if (!set_mode(&config.sources[i], mode)) {
				snprintf(why, WHY_MAX, "source %.40s: mode must be real, fixed or vary:SEED, not %.60s", name, mode);
				return false;
			}
		}
	if (!known)
		snprintf(why, WHY_MAX, "unknown source %.80s", name);
	return known;
}

bool config_sources(const char *text, char *why)
{
	char *copy = strdup(text), *rest = copy, *part;
	if (!copy)
		return false;
	while ((part = strsep(&rest, ","))) {
		char *mode = strchr(part, '=');
		if (!mode) {
			snprintf(why, WHY_MAX, "expected NAME=MODE, not %.80s", part);
			return false;
		}
		*mode++ = 0;
		if (!set_source(part, mode, why))
			return false;
	}
	free(copy);
	return true;
}

static bool take_text(struct json *object, const char *key, const char **text, size_t max, char *why)
{
	struct json *value = json_take(object, key);
	if (!value)
		return true;
	if (value->kind != JSON_STRING || strlen(value->text) > max) {
		snprintf(why, WHY_MAX, "%s must be a string of at most %zu bytes", key, max);
		return false;
	}
	*text = value->text;
	return true;
}

static bool take_number(struct json *object, const char *key, int64_t *number, int64_t min, int64_t max, char *why)
{
	struct json *value = json_take(object, key);
	if (!value)
		return true;
	if (value->kind != JSON_NUMBER || value->number < min || value->number > max) {
		snprintf(why, WHY_MAX, "%s must be a whole number from %lld to %lld", key, (long long)min, (long long)max);
		return false;
	}
	*number = value->number;
	return true;
}

static bool take_flag(struct json *object, const char *key, bool *flag, char *why)
{
	struct json *value = json_take(object, key);
	if (!value)
		return true;
	if (value->kind != JSON_BOOLEAN) {
		snprintf(why, WHY_MAX, "%s must be true or false", key);
		return false;
	}
	*flag = value->number != 0;
	return true;
}

static bool take_sources(struct json *object, char *why)
{
	struct json *value = json_take(object, "sources");
	if (!value)
		return true;
	if (value->kind != JSON_OBJECT) {
		snprintf(why, WHY_MAX, "sources must be an object");
		return false;
	}
	for (size_t i = 0; i < value->count; i++) {
		struct json_member *member = &value->members[i];
		if (member->value.kind != JSON_STRING) {
			snprintf(why, WHY_MAX, "source %.60s: mode must be a string", member->key);
			return false;
		}
		if (strcmp(member->key, "all") == 0) {
			/* Only where an order says what it stands for. */
			snprintf(why, WHY_MAX, "unknown source all");
			return false;
		}
		if (!set_source(member->key, member->value.text, why))
			return false;
	}
	return true;
}

static bool take_masks(struct json *object, char *why)
{
	static const char *const texts[] = {[MASKS_NONE] = "none", [MASKS_DEVICES] = "devices", [MASKS_ALL] = "all"};
	const char *text = NULL;
	if (!take_text(object, "masks", &text, 16, why) || !text)
		return !*why;
	for (enum masks masks = MASKS_NONE; masks <= MASKS_ALL; masks++)
		if (strcmp(text, texts[masks]) == 0) {
			config.masks = masks;
			return true;
		}
	snprintf(why, WHY_MAX, "masks must be none, devices or all, not %.20s", text);
	return false;
}

static bool take_monotonic(struct json *object, char *why)
{
	const char *text = NULL;
	if (!take_text(object, "monotonic", &text, 16, why) || !text)
		return !*why;
	config.monotonic = strcmp(text, "virtual") == 0;
	if (!config.monotonic && strcmp(text, "real") != 0)
		snprintf(why, WHY_MAX, "monotonic must be real or virtual, not %.20s", text);
	return !*why;
}

static bool take_without(struct json *object, char *why)
{
#define FEATURE_TEXT(name, text) text,
	static const char *const texts[] = {FEATURES(FEATURE_TEXT)};
	const char *list = NULL;
	if (!take_text(object, "without", &list, 256, why) || !list)
		return !*why;
	char *rest = strdup(list), *part;
	while ((part = strsep(&rest, ","))) {
		int feature = 0;
		while (feature < FEATURE_COUNT && strcmp(part, texts[feature]) != 0)
			feature++;
		if (feature == FEATURE_COUNT) {
			snprintf(why, WHY_MAX, "without: unknown feature %.60s", part);
			return false;
		}
		config.without[feature] = true;
	}
	return true;
}

bool config_apply(const char *bytes, unsigned long length, char *why)
{
	struct json document;
	*why = 0;
	if (!json_read(bytes, length, &document, why))
		return false;
	if (document.kind != JSON_OBJECT) {
		snprintf(why, WHY_MAX, "the document must be an object");
		return false;
	}
	int64_t version = 0, cpus = config.cpus, memory = (int64_t)config.memory, step = (int64_t)config.clock_step;
	int64_t quantum = (int64_t)config.clock_quantum, stall = (int64_t)config.stall_seconds, log_max = (int64_t)config.log_max;
	int64_t threads = config.threads, block = (int64_t)config.block_size;
	bool fine = take_number(&document, "version", &version, 1, 1, why) && take_text(&document, "seed", &config.seed, 256, why) &&
		take_number(&document, "epoch", &config.epoch, 0, 1ll << 40, why) &&
		take_text(&document, "start", &config.start, 32, why) && take_number(&document, "clockStep", &step, 0, 1000000000, why) &&
		take_number(&document, "clockQuantum", &quantum, 1, 1000000000, why) &&
		take_number(&document, "stallSeconds", &stall, 0, 86400, why) &&
		take_flag(&document, "hideNanoseconds", &config.hide_nanoseconds, why) && take_number(&document, "cpus", &cpus, 1, 1024, why) &&
		take_number(&document, "memory", &memory, 1 << 20, 1ll << 50, why) && take_text(&document, "hostname", &config.hostname, 64, why) &&
		take_text(&document, "release", &config.release, 64, why) && take_text(&document, "kernelVersion", &config.version, 64, why) &&
		take_text(&document, "machine", &config.machine, 64, why) && take_text(&document, "domain", &config.domain, 64, why) &&
		take_number(&document, "blockSize", &block, 512, 65536, why) && take_number(&document, "personality", &config.personality, 0, INT32_MAX, why) &&
		take_flag(&document, "namespaces", &config.namespaces, why) && take_number(&document, "user", &config.user, 0, UINT32_MAX - 1, why) &&
		take_number(&document, "group", &config.group, 0, UINT32_MAX - 1, why) && take_text(&document, "log", &config.log, 4095, why) &&
		take_number(&document, "logMax", &log_max, 4096, 1ll << 40, why) && take_flag(&document, "logWrites", &config.log_writes, why) &&
		take_number(&document, "threads", &threads, 0, 256, why) && take_number(&document, "fuse", &config.fuse, 0, 1 << 20, why) &&
		take_sources(&document, why) && take_masks(&document, why) && take_monotonic(&document, why) && take_without(&document, why);
	if (!fine)
		return false;
	if (version != 1) {
		snprintf(why, WHY_MAX, "version must be 1");
		return false;
	}
	if (block & (block - 1)) {
		snprintf(why, WHY_MAX, "blockSize must be a power of two");
		return false;
	}
	const char *unused = json_unused(&document);
	if (unused) {
		snprintf(why, WHY_MAX, "unknown member %.80s", unused);
		return false;
	}
	config.cpus = (unsigned)cpus;
	config.memory = (uint64_t)memory;
	config.clock_step = (uint64_t)step;
	config.clock_quantum = (uint64_t)quantum;
	config.stall_seconds = (uint64_t)stall;
	config.log_max = (uint64_t)log_max;
	config.threads = (unsigned)threads;
	config.block_size = (uint64_t)block;
	return true;
}

uint32_t layout_number(const char *label, uint32_t most)
{
	bool varies = config.sources[SOURCE_ADDRESS_SPACE].mode == MODE_VARY;
	return varies ? 1 + (uint32_t)(varied(SOURCE_ADDRESS_SPACE, label, 0) % most) : 0;
}

uint64_t varied(enum source source, const char *label, uint64_t index)
{
	const struct setting *setting = &config.sources[source];
	/* Never what is fixed, whatever the seeds. */
	return setting->mode == MODE_VARY ? seeded_number(setting->seed, label, ~index) : seeded_number(config.seed, label, index);
}
