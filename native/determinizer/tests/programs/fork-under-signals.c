/*
 * Forks 40 children that each print random bytes, while another one sends signals if there is a file `signals`.
 * A signal that comes in time makes the kernel begin a fork anew.
 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 40 };

static volatile sig_atomic_t signals;

static void count(int number)
{
	(void)number;
	signals++;
}

static void print(void)
{
	unsigned char bytes[8];
	char line[24];
	assert(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
	for (int i = 0; i < 8; i++)
		snprintf(line + 2 * i, 3, "%02x", bytes[i]);
	line[16] = '\n';
	assert(write(1, line, 17) == 17);
}

int main(void)
{
	int noisy = access("signals", F_OK) == 0;
	struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
	assert(sigaction(SIGUSR1, &action, NULL) == 0);
	pid_t parent = getpid(), sender = fork(), child;
	if (sender == 0) {
		while (noisy && getppid() == parent)
			kill(parent, SIGUSR1);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	for (int i = 0; i < CHILDREN; i++) {
		while ((child = fork()) < 0)
			;
		if (child == 0) {
			print();
			_exit(0);
		}
		/* Every other one runs beside those that come after it. */
		int status;
		if (i % 2)
			while (waitpid(child, &status, 0) != child)
				;
	}
	kill(sender, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	print();
	return noisy && signals == 0;
}
