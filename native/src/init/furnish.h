#ifndef SELFSAME_FURNISH_H
#define SELFSAME_FURNISH_H

#include "init/plan.h"

/*
 * Puts the plan's files, directories and constants in place, as root of the namespace and inside the
 * sandbox's root: paths lead nowhere else. What a host cannot do is said with say_not_fixed.
 */
void furnish(const struct plan *plan);

/* The constants over files of /proc: part of furnish, except for commands that get a /proc of their own (determined.h). */
void lay_facts(const struct plan *plan);

#endif
