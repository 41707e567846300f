/* Children are killed while their calls are being answered; others go on undisturbed. */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 300; i++) {
		pid_t child = fork();
		if (child == 0)
			for (;;) {
				struct stat file;
				char bytes[64];
				stat("/etc/passwd", &file);
				if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
					abort();
				if (i % 3 == 0 && fork() == 0)
					execl("/bin/true", "true", (char *)NULL);
				while (waitpid(-1, NULL, WNOHANG) > 0)
					;
			}
		struct timespec pause = {0, (i * 7919L) % 3000000};
		nanosleep(&pause, NULL);
		kill(child, SIGKILL);
		int status;
		assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		struct stat file;
		assert(stat("/etc/passwd", &file) == 0 && file.st_mtime <= 1700000002);
	}
	return 0;
}
