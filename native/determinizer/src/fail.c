#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "by-init.h"

void fail(const char *stage, int error, const char *format, ...)
{
	char text[512], line[700];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (by_init()) {
		snprintf(line, sizeof line, error ? "%s: %s" : "%s", text, strerror(error));
		init_not_started(stage, line);
		_exit(EXIT_OWN_FAILURE);
	}
	int length = error ? snprintf(line, sizeof line, "selfsame-determinizer: %s: %s: %s\n", stage, text, strerror(error))
					   : snprintf(line, sizeof line, "selfsame-determinizer: %s: %s\n", stage, text);
	ssize_t ignored = write(2, line, (size_t)length);
	(void)ignored;
	_exit(EXIT_OWN_FAILURE);
}
