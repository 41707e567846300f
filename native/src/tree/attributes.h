#ifndef SELFSAME_TREE_ATTRIBUTES_H
#define SELFSAME_TREE_ATTRIBUTES_H

/* Prints what has extended attributes at and below `directory` (tree/main.c). */
void list_attributes(const char *directory);

#endif
