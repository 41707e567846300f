#include "by-init.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "config.h"

bool by_init(void)
{
	return config.init >= 0;
}

static void say(const char *bytes, size_t length)
{
	/* An init that is gone takes us with it. */
	(void)!send(config.init, bytes, length, MSG_NOSIGNAL);
}

void init_not_started(const char *stage, const char *text)
{
	char packet[1024];
	int length = snprintf(packet, sizeof packet, "not-started%c%.63s%c%.800s", 0, stage, 0, text);
	say(packet, (size_t)length);
}

bool init_ready(void)
{
	char answer[8];
	say("ready", sizeof "ready");
	return recv(config.init, answer, sizeof answer, 0) > 0;
}

void init_started(void)
{
	say("started", sizeof "started");
}

void init_ended(int status)
{
	char packet[32];
	int length = snprintf(packet, sizeof packet, "ended%c%d", 0, status);
	say(packet, (size_t)length + 1);
}
