#ifndef SELFSAME_TREE_READ_H
#define SELFSAME_TREE_READ_H

/* Prints the contents of the files named on standard input, below `directory` (tree/main.c). */
void read_tree(const char *directory);

#endif
