#ifndef DETERMINIZER_FAIL_H
#define DETERMINIZER_FAIL_H

/* Exit status when the program could not do its own work, as in the other programs of the sandbox. */
enum { EXIT_OWN_FAILURE = 125 };

/* Prints `selfsame-determinizer: STAGE: TEXT[: ERROR]` and exits; STAGE is a fixed word that callers may match. */
_Noreturn void fail(const char *stage, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
