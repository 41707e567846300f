#ifndef SELFSAME_TREE_WALK_H
#define SELFSAME_TREE_WALK_H

enum { PATH_BYTES = 1 << 15 };

/* What is done with an entry of `parent`; `path` leads there from the root of the walk, and has PATH_BYTES. */
typedef void visit_entry(int parent, const char *name, char *path, int depth);

/* Visits what is in a directory, in the order of its file system, and closes `fd`. Ends the program if that cannot be read. */
void walk_directory(int fd, char *path, int depth, visit_entry *visit);

#endif
