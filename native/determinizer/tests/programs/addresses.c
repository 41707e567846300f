/*
 * Where things are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(void)
{
	int local;
	void *heap = malloc(100), *mapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	printf("stack %p\nheap %p\nmapped %p\nlibrary %p\nprogram %p\n", (void *)&local, heap, mapped, (void *)(unsigned long)&puts, (void *)(unsigned long)&main);
	free(heap);
	return 0;
}
