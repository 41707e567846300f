/* racing-path FREE CLOSED NEW: another thread changes the path between both while it is asked about; the closed one must never be told. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static char path[4096], link_name[4096];
static const char *names[2];
static volatile int done;

static void *change(void *unused)
{
	(void)unused;
	while (!done)
		for (int i = 0; i < 2; i++)
			memcpy(path, names[i], strlen(names[i]) + 1);
	return NULL;
}

/* The same by way of a link that is replaced. */
static void *relink(void *unused)
{
	char new_name[4200];
	(void)unused;
	snprintf(new_name, sizeof new_name, "%s.new", link_name);
	while (!done)
		for (int i = 0; i < 2; i++)
			if (symlink(names[i], new_name) == 0)
				assert(rename(new_name, link_name) == 0);
	return NULL;
}

int main(int count, char **arguments)
{
	char absolute[2][4096], where[2000];
	struct stat file;
	struct statfs system;
	pthread_t threads[2];
	assert(count == 4 && getcwd(where, sizeof where));
	for (int i = 0; i < 2; i++) {
		snprintf(absolute[i], sizeof absolute[i], "%s/%s", where, arguments[1 + i]);
		names[i] = absolute[i];
	}
	snprintf(link_name, sizeof link_name, "%s/link", arguments[3]);
	assert(stat(names[0], &file) == 0);
	ino_t free_one = file.st_ino;
	strcpy(path, names[0]);
	pthread_create(&threads[0], NULL, change, NULL);
	pthread_create(&threads[1], NULL, relink, NULL);
	for (int i = 0; i < 20000; i++) {
		const char *which = i % 2 ? path : link_name;
		struct timespec times[2] = {{1300000000, 0}, {1300000000, 0}};
		int result = i % 5 == 4 ? utimensat(AT_FDCWD, which, times, 0) : i % 5 == 3 ? statfs(which, &system) : stat(which, &file);
		if (result == 0 && i % 5 < 3)
			assert(file.st_ino == free_one);
		/* A path of which half has changed may be another's. */
		assert(result == 0 || errno == EACCES || errno == ENOENT || errno == ENOTDIR || errno == EPERM);
	}
	done = 1;
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
