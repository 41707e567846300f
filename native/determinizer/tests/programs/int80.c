/* Asks for the time by a 32-bit system call: it must be refused, or not exist. */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	long result;
	void *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		return 2;
	*(long *)low = 0;
	__asm__ volatile("int $0x80" : "=a"(result) : "0"(13L /* time */), "b"(low) : "memory", "r8", "r9", "r10", "r11");
	return result != -38 || *(long *)low != 0;
}
