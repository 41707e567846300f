#ifndef SELFSAME_TREE_SCAN_H
#define SELFSAME_TREE_SCAN_H

/* Prints what is below `directory` (tree/main.c). */
void scan_tree(const char *directory);

#endif
