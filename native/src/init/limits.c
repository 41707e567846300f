#include "init/limits.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>

#include "init/status.h"

void set_limits(const struct plan *plan, pid_t pid)
{
	for (size_t i = 0; i < plan->limit_count; i++) {
		const struct wanted_limit *wanted = &plan->limits[i];
		struct rlimit limit = {.rlim_cur = wanted->soft, .rlim_max = wanted->hard}, now;
		char what[64];

		if (prlimit(pid, (unsigned)wanted->resource, &limit, NULL) == 0)
			continue;
		snprintf(what, sizeof what, "limit %s", wanted->name);
		say_not_fixed(what);
		/* The host allows less: as close as it lets us. */
		if (prlimit(pid, (unsigned)wanted->resource, NULL, &now) == 0) {
			limit.rlim_max = now.rlim_max;
			if (limit.rlim_cur > limit.rlim_max)
				limit.rlim_cur = limit.rlim_max;
			(void)prlimit(pid, (unsigned)wanted->resource, &limit, NULL);
		}
	}
}

void set_scheduling(const struct plan *plan)
{
	cpu_set_t allowed, few;
	unsigned left = plan->affinity;

	CPU_ZERO(&few);
	if (left && sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
		for (size_t i = 0; left && i < CPU_SETSIZE; i++) {
			if (CPU_ISSET(i, &allowed)) {
				CPU_SET(i, &few);
				left--;
			}
		}
		if (sched_setaffinity(0, sizeof few, &few) < 0)
			say_not_fixed("processors that are used");
	}
	if (plan->niceness && setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + plan->niceness) < 0)
		say_not_fixed("niceness");
}
