#include <errno.h>
#include <string.h>

#include "handlers.h"

/* How many processors there are, and on which one a thread runs. */

static unsigned shown_cpus(void)
{
	if (config.sources[SOURCE_CPUS].mode == MODE_VARY)
		return 2 + (unsigned)(varied(SOURCE_CPUS, "cpus", 0) % 62);
	return config.cpus;
}

void handle_sched_getaffinity(struct call *call)
{
	uint64_t mask[1024 / 64] = {0};
	uint64_t length = (unsigned)argument(call, 1);
	unsigned cpus = shown_cpus();
	size_t needed = (cpus + 63) / 64 * 8;
	if (length < needed || length % 8) {
		call->error = EINVAL;
		return;
	}
	for (unsigned i = 0; i < cpus; i++)
		mask[i / 64] |= 1ull << (i % 64);
	image_count(call->image, SOURCE_CPUS);
	call->error = target_write(call, argument(call, 2), mask, needed) ? 0 : EFAULT;
	call->value = (int64_t)needed;
}

void handle_getcpu(struct call *call)
{
	unsigned zero = 0;
	call->error = 0;
	image_count(call->image, SOURCE_CPUS);
	for (int i = 0; i < 2; i++)
		if (argument(call, i) && !target_write(call, argument(call, i), &zero, sizeof zero))
			call->error = EFAULT;
}
