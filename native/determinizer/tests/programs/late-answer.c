/*
 * A signal breaks off a call that is being answered, and the call is made again: nothing may be written after it has returned. The supervisor
 * takes a second to write what is asked for at PLACE for the first time.
 */
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define PLACE ((char *)0x61001000) /* PAUSE_ONCE_ADDRESS of config.h */

static volatile sig_atomic_t got;

static void on_signal(int number)
{
	got = number;
}

int main(void)
{
	struct sigaction action;
	struct itimerval once = {{0, 0}, {0, 100000}};
	char before[4096];
	assert(mmap(PLACE, sizeof before, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == PLACE);
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	assert(sigaction(SIGALRM, &action, NULL) == 0);
	assert(setitimer(ITIMER_REAL, &once, NULL) == 0);
	assert(syscall(SYS_stat, "/etc/passwd", PLACE) == 0 && got);
	struct stat file;
	memcpy(&file, PLACE, sizeof file);
	assert(S_ISREG(file.st_mode));
	memset(before, '.', sizeof before);
	memset(PLACE, '.', sizeof before);
	poll(NULL, 0, 1200);
	assert(memcmp(PLACE, before, sizeof before) == 0);
	return 0;
}
