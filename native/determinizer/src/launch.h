#ifndef DETERMINIZER_LAUNCH_H
#define DETERMINIZER_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

/* Where the first process of the tree is, and what it gave us. */
struct launch {
	pid_t child;         /* our only child, and the command's parent; process 1 of the new namespace */
	int listener;
	bool wait_killable;
	int go;              /* a byte written here lets the command start */
	int status;          /* the command's wait status can be read from here */
	int refusal;         /* ends when the command runs; before, why it could not be executed (errno) */
};

/* Starts the command up to the moment before its execution. Fails the program if that cannot be done. */
struct launch launch_command(char **command);

#endif
