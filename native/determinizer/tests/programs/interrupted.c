/*
 * Signals with a handler that does not restart calls: they interrupt what waits, and nothing that only asks.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int got;

static void on_signal(int number)
{
	got += number > 0;
}

static void other(int number)
{
	got += 1000 * (number > 0);
}

int main(void)
{
	struct sigaction action, before;
	struct stat file;
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	assert(sigaction(SIGALRM, &action, &before) == 0 && before.sa_handler == SIG_DFL);
	assert(sigaction(SIGCHLD, &action, NULL) == 0);
	assert(sigaction(SIGCHLD, NULL, &before) == 0 && before.sa_handler == on_signal && !(before.sa_flags & SA_RESTART));

	/* What asks is never interrupted. */
	struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 3000; i++) {
		assert(stat("/etc/passwd", &file) == 0);
		if (i % 20 == 0) {
			pid_t child = fork();
			assert(child >= 0);
			if (child == 0)
				_exit(0);
			int fd = open("interrupted", O_WRONLY | O_CREAT, 0600);
			assert(fd >= 0 && close(fd) == 0);
			while (waitpid(child, NULL, 0) < 0)
				assert(errno == EINTR);
		}
	}
	setitimer(ITIMER_REAL, &never, NULL);
	assert(got > 100);

	/* What waits is. */
	int ends[2];
	char byte;
	assert(pipe(ends) == 0);
	struct itimerval once = {{0, 0}, {0, 50000}};
	setitimer(ITIMER_REAL, &once, NULL);
	assert(read(ends[0], &byte, 1) == -1 && errno == EINTR);
	pid_t child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	setitimer(ITIMER_REAL, &once, NULL);
	assert(waitpid(child, NULL, 0) == -1 && errno == EINTR);
	setitimer(ITIMER_REAL, &once, NULL);
	assert(pause() == -1 && errno == EINTR);
	assert(kill(child, SIGKILL) == 0);
	while (waitpid(child, NULL, 0) < 0)
		assert(errno == EINTR);

	/* With SA_RESTART it goes on. */
	action.sa_handler = other;
	action.sa_flags = SA_RESTART;
	assert(sigaction(SIGALRM, &action, &before) == 0 && before.sa_handler == on_signal && !(before.sa_flags & SA_RESTART));
	got = 0;
	child = fork();
	if (child == 0) {
		struct timeval pause_time = {0, 200000};
		select(0, NULL, NULL, NULL, &pause_time);
		_exit(write(ends[1], "x", 1) != 1);
	}
	setitimer(ITIMER_REAL, &once, NULL);
	assert(read(ends[0], &byte, 1) == 1 && got >= 1000);

	/* Putting back what was there, by value. */
	assert(sigaction(SIGALRM, &before, &action) == 0 && action.sa_handler == other);
	action.sa_handler = SIG_IGN;
	assert(sigaction(SIGALRM, &action, NULL) == 0 && sigaction(SIGALRM, NULL, &before) == 0 && before.sa_handler == SIG_IGN);
	return 0;
}
