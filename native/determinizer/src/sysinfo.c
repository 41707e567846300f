#include <errno.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "handlers.h"

/* Memory, load, uptime and how many processes there are. */

enum { UPTIME_ASKED = 64 };

void sysinfo_shown(struct sysinfo *shown)
{
	memset(shown, 0, sizeof *shown); /* no load, no swap */
	uint64_t memory = config.memory;
	shown->uptime = 1000;
	shown->procs = 2;
	if (config.sources[SOURCE_SYSINFO].mode == MODE_VARY) {
		memory = (1 + varied(SOURCE_SYSINFO, "memory", 0) % 255) << 29;
		shown->uptime += 1000 + (long)(varied(SOURCE_SYSINFO, "uptime", 0) % 10000000);
		shown->procs = (unsigned short)(3 + varied(SOURCE_SYSINFO, "processes", 0) % 900);
		for (int i = 0; i < 3; i++)
			shown->loads[i] = varied(SOURCE_SYSINFO, "load", (uint64_t)i) % (16u << 16);
	}
	shown->totalram = memory;
	shown->freeram = memory / 2;
	shown->mem_unit = 1;
}

void handle_sysinfo(struct call *call)
{
	struct sysinfo shown;
	sysinfo_shown(&shown);
	/* Whoever asks again and again waits for it to go on. */
	shown.uptime += (long)(call->image->counts[SOURCE_SYSINFO] / UPTIME_ASKED);
	image_count(call->image, SOURCE_SYSINFO);
	call->error = target_write(call, argument(call, 0), &shown, sizeof shown) ? 0 : EFAULT;
}
