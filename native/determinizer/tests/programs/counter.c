/* Reads the time stamp counter, handles faults of its own, and is told what it asked for. */
#include <assert.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <spawn.h>

static sigjmp_buf back;
static volatile int faults;

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	assert(number == SIGSEGV && info->si_addr == (void *)8);
	faults++;
	__builtin_ia32_rdtsc();
	siglongjmp(back, 1);
}

extern char **environ;

int main(int count, char **arguments)
{
	struct sigaction action, before;
	unsigned aux;
	printf("%llu", (unsigned long long)__builtin_ia32_rdtsc());
	printf(" %llu\n", (unsigned long long)__builtin_ia32_rdtscp(&aux));
	assert(sigaction(SIGSEGV, NULL, &before) == 0 && before.sa_handler == SIG_DFL);
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO;
	assert(sigaction(SIGSEGV, &action, &before) == 0 && before.sa_handler == SIG_DFL);
	for (int i = 0; i < 3; i++)
		if (sigsetjmp(back, 1) == 0)
			*(volatile int *)8 = 1;
	assert(faults == 3);
	assert(sigaction(SIGSEGV, NULL, &before) == 0 && before.sa_sigaction == on_fault);
	/* A child that shares memory resets its signals; ours must stay. */
	pid_t child;
	posix_spawnattr_t attributes;
	sigset_t all;
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	char *const program[] = {"true", NULL};
	int status;
	assert(posix_spawnp(&child, "true", NULL, &attributes, program, environ) == 0);
	assert(waitpid(child, &status, 0) == child && status == 0);
	assert(sigaction(SIGSEGV, NULL, &before) == 0 && before.sa_sigaction == on_fault);
	if (sigsetjmp(back, 1) == 0)
		*(volatile int *)8 = 1;
	assert(faults == 4);
	/* Without a handler, both a fault and a signal end the process. */
	for (int i = 0; i < 2; i++) {
		child = fork();
		if (child == 0) {
			signal(SIGSEGV, SIG_DFL);
			__builtin_ia32_rdtsc();
			if (i)
				raise(SIGSEGV);
			else
				*(volatile int *)8 = 1;
			_exit(0);
		}
		assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	}
	if (sigsetjmp(back, 1) == 0)
		*(volatile int *)8 = 1;
	assert(faults == 5);
	(void)count, (void)arguments;
	return 0;
}
