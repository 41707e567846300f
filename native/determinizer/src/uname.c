#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "handlers.h"

/* The names of the system and the host. */

void handle_uname(struct call *call)
{
	struct utsname names;
	if (uname(&names) != 0) {
		call->error = errno;
		return;
	}
	snprintf(names.sysname, sizeof names.sysname, "Linux");
	snprintf(names.nodename, sizeof names.nodename, "%s", config.hostname);
	snprintf(names.release, sizeof names.release, "%s", config.release);
	snprintf(names.version, sizeof names.version, "%s", config.version);
	snprintf(names.machine, sizeof names.machine, "%s", config.machine);
	snprintf(names.domainname, sizeof names.domainname, "%s", config.domain);
	if (config.sources[SOURCE_UNAME].mode == MODE_VARY) {
		/* Later than any fixed one, so that programs that ask for a minimum are content. */
		snprintf(names.nodename, sizeof names.nodename, "host-%llx", (unsigned long long)varied(SOURCE_UNAME, "host", 0) & 0xffffff);
		snprintf(names.release, sizeof names.release, "%u.%u.%u-varied", 6 + (unsigned)(varied(SOURCE_UNAME, "release", 0) % 3),
			2 + (unsigned)(varied(SOURCE_UNAME, "release", 1) % 17), (unsigned)(varied(SOURCE_UNAME, "release", 2) % 60));
		snprintf(names.version, sizeof names.version, "#%u SMP PREEMPT", 2 + (unsigned)(varied(SOURCE_UNAME, "version", 0) % 90));
	}
	image_count(call->image, SOURCE_UNAME);
	call->error = target_write(call, argument(call, 0), &names, sizeof names) ? 0 : EFAULT;
}
