/*
 * deny WHAT… -- COMMAND: runs it where the kernel refuses what is named, as hosts and container engines do. `user-namespaces`,
 * `ptrace`, `namespaces`, `mount`, `filter` (no filters), `listener` (there is one already), `pidfd`, `memory`.
 */
#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static long install(int number, unsigned bits, int error, unsigned long flags)
{
	struct sock_filter code[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, (unsigned)number},
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args)},
		{BPF_JMP | BPF_JSET | BPF_K, 0, bits ? 1 : 0, bits},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned)error},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	if (!bits)
		code[3] = (struct sock_filter){BPF_JMP | BPF_JA, 0, 0, 0};
	if (number < 0)
		code[0] = code[5];
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	assert(result >= 0);
	return result;
}

int main(int count, char **arguments)
{
	int i = 1;
	for (; i < count && strcmp(arguments[i], "--") != 0; i++) {
		const char *what = arguments[i];
		if (strcmp(what, "user-namespaces") == 0) {
			install(SYS_unshare, CLONE_NEWUSER, EPERM, 0);
			install(SYS_clone, CLONE_NEWUSER, EPERM, 0);
		} else if (strcmp(what, "namespaces") == 0) {
			install(SYS_unshare, CLONE_NEWNS, EPERM, 0);
		} else if (strcmp(what, "process-namespaces") == 0) {
			install(SYS_clone, CLONE_NEWPID, EPERM, 0);
		} else if (strcmp(what, "ptrace") == 0) {
			install(SYS_ptrace, 0, EPERM, 0);
		} else if (strcmp(what, "mount") == 0) {
			install(SYS_mount, 0, EPERM, 0);
		} else if (strcmp(what, "filter") == 0) {
			install(SYS_seccomp, 0, EINVAL, 0);
		} else if (strcmp(what, "no-seccomp") == 0) {
			install(SYS_seccomp, 0, ENOSYS, 0);
		} else if (strcmp(what, "pidfd") == 0) {
			install(SYS_pidfd_open, 0, ENOSYS, 0);
		} else if (strcmp(what, "memory") == 0) {
			install(SYS_process_vm_readv, 0, EPERM, 0);
		} else if (strcmp(what, "listener") == 0) {
			/* It lives as long as somebody has it open. */
			assert(dup((int)install(-1, 0, 0, SECCOMP_FILTER_FLAG_NEW_LISTENER)) >= 0);
		} else {
			fprintf(stderr, "deny: what is %s?\n", what);
			return 2;
		}
	}
	execvp(arguments[i + 1], arguments + i + 1);
	perror("deny");
	return 2;
}
