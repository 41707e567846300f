#ifndef DETERMINIZER_VDSO_H
#define DETERMINIZER_VDSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

/*
 * The kernel maps the same vDSO into every program. Its functions are known by their symbols; each gets a jump
 * to our code, which is put where the functions were, or behind the end of the image on its last page.
 */
struct vdso_patch {
	bool usable;
	const char *why;     /* not usable */
	char refused[64];    /* a function of it that is not known, or empty */
	uint64_t offset;     /* of `bytes` within the image */
	size_t length;
	const uint8_t *bytes;
	uint64_t state;      /* offset of the state's template, within the image */
	uint64_t stub;       /* where to start, within the image */
};

/* Reads our own vDSO, prepares the patch and tries the code out in this process. */
void vdso_start(void);
extern struct vdso_patch vdso_patch;

#endif
