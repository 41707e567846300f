/* Starts programs in less usual ways and checks that they saw the virtual clock. */
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static const char script[] = "test $(date +%s) = 1700000002";
static char *const sh[] = {"sh", "-c", (char *)script, NULL};

static void check(pid_t child)
{
	int status;
	assert(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void *execute(void *unused)
{
	(void)unused;
	execv("/bin/sh", sh);
	abort();
}

static void *spin(void *unused)
{
	(void)unused;
	for (unsigned long n = 0; n < ~0ul; n++)
		access("/", F_OK);
	return NULL;
}

int main(int count, char **arguments)
{
	const char *how = count > 1 ? arguments[1] : "";
	for (int i = 0; i < 20; i++) {
		pid_t child;
		if (strcmp(how, "vfork") == 0) {
			child = vfork();
			if (child == 0) {
				execv("/no/such/file", sh);
				execv("/bin/sh", sh);
				_exit(1);
			}
		} else if (strcmp(how, "posix_spawn") == 0) {
			assert(posix_spawnp(&child, "sh", NULL, NULL, sh, environ) == 0);
		} else if (strcmp(how, "fexecve") == 0) {
			child = fork();
			if (child == 0) {
				fexecve(open("/bin/sh", O_RDONLY), sh, environ);
				_exit(1);
			}
		} else {
			/* A thread that is not the first executes, while others run. */
			child = fork();
			if (child == 0) {
				pthread_t threads[4];
				for (int t = 0; t < 3; t++)
					pthread_create(&threads[t], NULL, spin, NULL);
				pthread_create(&threads[3], NULL, execute, NULL);
				pthread_join(threads[3], NULL);
			}
		}
		check(child);
	}
	return 0;
}
