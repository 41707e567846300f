#ifndef DETERMINIZER_VDSO_CODE_H
#define DETERMINIZER_VDSO_CODE_H

#include "state.h"

/*
 * The code that goes over a process's vDSO. It lives in a section of its own, so that its bytes can be
 * copied as they are; it refers to nothing outside that section and to the state page by address.
 */
extern const unsigned char __start_vdso_blob[], __stop_vdso_blob[];

/* Where a process first runs: maps the state page, copies `vdso_template` to it and jumps to its `entry`. */
extern const unsigned char vdso_stub[], vdso_template[];

struct timespec;
struct timeval;
long vdso_clock_gettime(int clock, struct timespec *at);
long vdso_clock_getres(int clock, struct timespec *at);
long vdso_gettimeofday(struct timeval *at, void *zone);
long vdso_time(int64_t *at);
long vdso_getcpu(unsigned *cpu, unsigned *node);
long vdso_refused(void);
void vdso_arm(void);

#endif
