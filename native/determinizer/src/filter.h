#ifndef DETERMINIZER_FILTER_H
#define DETERMINIZER_FILTER_H

#include <stdbool.h>

#include "handlers.h"

/* The function for a call number, or NULL. */
handler *handler_of(int number);

/*
 * Installs the filter in this process, for itself and all it will start. Returns the listening descriptor, or a
 * negative errno value: EBUSY if a listener is already in place.
 */
int filter_install(bool *wait_killable);

#endif
