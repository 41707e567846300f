#ifndef DETERMINIZER_NAMESPACES_H
#define DETERMINIZER_NAMESPACES_H

/*
 * Inside a sandbox: a mount namespace of our own, so that what we put over files is seen by the command alone. Fails the program.
 */
void namespaces_separate(void);

/* Stand-alone use: our own user (unless we are root), mount, host name and IPC namespaces. Fails the program. */
void namespaces_enter(void);

/*
 * In process 1 of the new process namespace: its /proc, before it has children; then files in place of what would tell about
 * the machine. The constant ones about the machine come from the init if there is one. The second waits for who serves
 * the random devices.
 */
void namespaces_number(void);
void namespaces_furnish(void);

/* The number that the first process comes after, while numbers vary. */
unsigned namespaces_last_process(void);

/* Both around starting that process: what it cannot do, it says through us. */
void namespaces_prepare(void);
void namespaces_report(void);

#endif
