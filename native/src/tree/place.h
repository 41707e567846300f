#ifndef SELFSAME_PLACE_H
#define SELFSAME_PLACE_H

/*
 * A directory below which paths are resolved. No path leaves it and no symbolic link is followed on the
 * way, whatever is in the tree: openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. Needs Linux 5.6.
 */
struct place {
	const char *label;
	int fd;
	/* The parent that was used last: neighbouring paths follow each other. */
	char *parent;
	int parent_fd;
};

/* Opens `directory`, or fails the program. */
struct place place_open(const char *label, const char *directory);

/* Forgets a place. */
void place_close(struct place *place);

/*
 * The open directory that holds `path`, which is relative and has no empty, `.` or `..` part, and its last
 * part in `name`. The descriptor belongs to the place. Fails the program when the path is of another form
 * or its parent is not a directory reached without links.
 */
int place_parent(struct place *place, char *path, const char **name);

/* Fails the program with stage `no-space` or `tree`. */
_Noreturn void fail_at(const struct place *place, int error, const char *what, const char *path);

#endif
