#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "handlers.h"
#include "log.h"
#include "notify.h"

/*
 * What a program asks for a signal is its own affair, with two exceptions. SIGSEGV: the processor's time stamp counter
 * is made to fault, and vdso-code.c answers in its handler; what the program wants for the signal is kept in the
 * state page. And handlers without SA_RESTART: see on_signal in vdso-code.c, which then calls them.
 */

static bool read_more(struct call *call, struct state_more *more)
{
	return target_read_state(call, STATE_MORE_OFFSET, more, offsetof(struct state_more, waits));
}

static void handle_fault_signal(struct call *call, const struct state_more *more, const struct signal_action *asked)
{
	if (argument(call, 2) && !target_write(call, argument(call, 2), &more->program, sizeof more->program)) {
		call->error = EFAULT;
		return;
	}
	call->error = 0;
	/* A child that shares its parent's memory is about to execute: what it sets would become the parent's. */
	if (asked && claim_page(call))
		target_write_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, program), asked, sizeof *asked);
}

static void keep(struct call *call, int number, uint64_t wrapped, const struct signal_action *action)
{
	size_t at = STATE_MORE_OFFSET + offsetof(struct state_more, actions) + (size_t)(number - 1) * sizeof *action;
	if (action)
		target_write_state(call, at, action, sizeof *action);
	target_write_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, wrapped), &wrapped, sizeof wrapped);
}

/*
 * Lets the kernel perform the call, in which it tells the program of our handler as the one before; and then, before the program
 * goes on, puts its own there.
 */
static void perform_and_tell(struct call *call, const struct signal_action *before)
{
	/* Asked to stop before it is answered, so that it does nothing else first; that must not break off its waiting. */
	bool seized = features.wait_killable && call_memory(call) && ptrace(PTRACE_SEIZE, call->thread, NULL, NULL) == 0;
	if (!seized) {
		log_gap("a program was told of our signal handler instead of its own", call->image->number,
			features.wait_killable ? "it is traced" : "kernel without WAIT_KILLABLE_RECV");
		return;
	}
	pool_leave();
	bool ours = call_waits(call);
	ptrace(PTRACE_INTERRUPT, call->thread, NULL, NULL);
	call_answer(call);
	int status;
	pid_t thread;
	while ((thread = wait4(-1, &status, __WALL | __WNOTHREAD, NULL)) < 0 && errno == EINTR)
		;
	if (thread > 0 && WIFSTOPPED(status)) {
		int signal = status >> 16 ? 0 : WSTOPSIG(status);
		struct user_regs_struct registers;
		if (ours && ptrace(PTRACE_GETREGS, thread, NULL, &registers) == 0 && registers.rax == 0 &&
			pwrite(call->memory, before, sizeof *before, (off_t)argument(call, 2)) != sizeof *before)
			log_gap("a program was told of our signal handler instead of its own", call->image->number, NULL);
		ptrace(PTRACE_DETACH, thread, NULL, (void *)(uintptr_t)signal);
	}
	pool_return();
}

/* What the kernel alone knows of a handler's flags. */
enum { KERNEL_FLAGS = SA_ONSTACK | SA_NODEFER | SA_NOCLDSTOP | SA_NOCLDWAIT };

static void handle_other_signal(struct call *call, const struct state_more *more, const struct signal_action *asked, int number)
{
	uint64_t bit = 1ull << (number - 1);
	bool is_wrapped = more->wrapped & bit, old = argument(call, 2) != 0;
	const struct signal_action *before = &more->actions[number - 1], kept = *before;
	call->go_on = true;
	if (!asked) {
		if (is_wrapped && old) {
			call->go_on = false;
			call->error = target_write(call, argument(call, 2), before, sizeof *before) ? 0 : EFAULT;
		}
		return;
	}
	bool wrap = asked->handler > 1 && !(asked->flags & SA_RESTART);
	if ((!wrap && !is_wrapped) || !claim_page(call))
		return;
	if (asked->handler == more->on_signal) {
		/* It puts back what the kernel told it: ours, for the handler that is still kept. */
		keep(call, number, more->wrapped | bit, NULL);
	} else if (is_wrapped && old && asked->handler > 1 && !((asked->flags | before->flags) & SA_RESETHAND) &&
		!((asked->flags ^ before->flags) & KERNEL_FLAGS)) {
		/* Ours stays in place for another handler. */
		call->go_on = false;
		call->error = target_write(call, argument(call, 2), before, sizeof *before) ? 0 : EFAULT;
		if (!call->error)
			keep(call, number, more->wrapped, asked);
	} else if (wrap) {
		struct signal_action ours = *asked;
		ours.handler = more->on_signal;
		ours.flags |= SA_RESTART | SA_SIGINFO;
		if (!(ours.flags & 0x04000000 /* SA_RESTORER */)) {
			ours.flags |= 0x04000000;
			ours.restorer = more->restorer;
		}
		/* C libraries pass a copy of what the program gave them; the kernel reads it from there now. */
		keep(call, number, more->wrapped | bit, asked);
		if (!target_write(call, argument(call, 1), &ours, sizeof ours))
			keep(call, number, more->wrapped, before);
		else if (is_wrapped && old)
			perform_and_tell(call, &kept);
	} else {
		keep(call, number, more->wrapped & ~bit, NULL);
		if (old)
			perform_and_tell(call, &kept);
	}
}

void handle_rt_sigaction(struct call *call)
{
	struct state_more more;
	struct signal_action asked;
	int number = int_argument(call, 0);
	if (!read_more(call, &more) || !more.on_signal || number < 1 || number > 64 || argument(call, 3) != sizeof(uint64_t)) {
		call->go_on = true;
		return;
	}
	if (argument(call, 1) && target_read(call, argument(call, 1), &asked, sizeof asked) != sizeof asked) {
		call->error = EFAULT;
		return;
	}
	if (number == SIGINT && argument(call, 1) && asked.handler == 1 /* SIG_IGN */)
		background_begins(call);
	if (number != SIGSEGV)
		handle_other_signal(call, &more, argument(call, 1) ? &asked : NULL, number);
	else if (call->state.flags & STATE_COUNTER)
		handle_fault_signal(call, &more, argument(call, 1) ? &asked : NULL);
	else
		call->go_on = true;
}
