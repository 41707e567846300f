#include "common/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *program_name = "selfsame";

void fail(const char *stage, int error, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (error)
		dprintf(STDERR_FILENO, "%s: %s: %s: %s\n", program_name, stage, text, strerror(error));
	else
		dprintf(STDERR_FILENO, "%s: %s: %s\n", program_name, stage, text);
	_exit(EXIT_OWN_FAILURE);
}
