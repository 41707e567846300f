#ifndef SELFSAME_TREE_WRITE_H
#define SELFSAME_TREE_WRITE_H

/* Carries out the requests of standard input (tree/main.c) below `directory`. */
void write_tree(const char *directory);

#endif
