#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "handlers.h"

/*
 * The processor's time stamp counter is made to fault, and vdso-code.c answers in the process, in a handler for
 * SIGSEGV. The program must not notice: what it asks for this signal is kept in its state page.
 */

void handle_rt_sigaction(struct call *call)
{
	struct state_more more;
	struct signal_action asked;
	if (!call->has_state || !(call->state.flags & STATE_COUNTER)) {
		call->go_on = true;
		return;
	}
	if (argument(call, 3) != sizeof(uint64_t)) {
		call->error = EINVAL;
		return;
	}
	if (pread(call->memory, &more, sizeof more, STATE_ADDRESS + STATE_MORE_OFFSET) != sizeof more) {
		call->error = EFAULT;
		return;
	}
	if (argument(call, 1) && target_read(call, argument(call, 1), &asked, sizeof asked) != sizeof asked) {
		call->error = EFAULT;
		return;
	}
	if (argument(call, 2) && !target_write(call, argument(call, 2), &more.program, sizeof more.program)) {
		call->error = EFAULT;
		return;
	}
	call->error = 0;
	/* A child that shares its parent's memory is about to execute: what it sets would become the parent's. */
	if (argument(call, 1) && claim_page(call))
		target_write_state(call, STATE_MORE_OFFSET + offsetof(struct state_more, program), &asked, sizeof asked);
}
