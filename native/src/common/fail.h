#ifndef SELFSAME_FAIL_H
#define SELFSAME_FAIL_H

/*
 * Exit status of both programs when they could not do their own work, as opposed to the status of what
 * they run. The reason is one line on standard error: `PROGRAM: STAGE: TEXT[: ERROR NAME]`, where STAGE
 * is a fixed word that packages/selfsame/src/sandbox/ends/could-not-start.ts turns into a hint.
 */
enum { EXIT_OWN_FAILURE = 125 };

/* Set once at the start of main: the PROGRAM of the line above. */
extern const char *program_name;

/* Prints the line, with the text of `error` (an errno value) unless it is 0, and exits with EXIT_OWN_FAILURE. */
_Noreturn void fail(const char *stage, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
