/* crowd THREADS PROCESSES: so many at once in calls that wait for the supervisor. All must get their answers. */
#include <assert.h>
#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *ask(void *unused)
{
	(void)unused;
	for (int i = 0; i < 20; i++) {
		struct stat file;
		char bytes[100];
		assert(stat("/etc/passwd", &file) == 0 && file.st_mtime <= 1700000002);
		assert(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
		DIR *directory = opendir("/");
		assert(directory && readdir(directory));
		closedir(directory);
		assert(time(NULL) / 1000 == 1700000);
	}
	return NULL;
}

int main(int count, char **arguments)
{
	static pthread_t all[10000];
	int threads = count > 2 ? atoi(arguments[1]) : 0, processes = count > 2 ? atoi(arguments[2]) : 0;
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			if (i % 2 == 0)
				execl("/bin/sh", "sh", "-c", "exec sh -c 'exec sh -c true'", (char *)NULL);
			ask(NULL);
			_exit(0);
		}
	for (int i = 0; i < threads; i++)
		assert(pthread_create(&all[i], NULL, ask, NULL) == 0);
	for (int i = 0; i < threads; i++)
		pthread_join(all[i], NULL);
	int status;
	while (wait(&status) > 0)
		assert(status == 0);
	return 0;
}
