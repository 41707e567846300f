/* Many threads ask at once; every answer is the right one. */
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *ask(void *number)
{
	char name[32];
	long own = (long)number;
	snprintf(name, sizeof name, "file-%ld", own);
	int fd = open(name, O_RDWR | O_CREAT, 0644);
	assert(fd >= 0 && ftruncate(fd, own) == 0);
	for (int i = 0; i < 500; i++) {
		struct stat file;
		assert(stat(name, &file) == 0 && file.st_size == own);
		assert(fstat(fd, &file) == 0 && file.st_size == own && file.st_mtime == 1700000001);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[16];
	for (long i = 0; i < 16; i++)
		assert(pthread_create(&threads[i], NULL, ask, (void *)i) == 0);
	for (int i = 0; i < 16; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
