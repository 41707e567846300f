import { printable } from '../text/printable.js';
import { findHostFacts } from '../vary/host-facts.js';
import { variations } from '../vary/variations/variations.js';
import type { CommandContext, CommandResult } from './command.js';

/** What `selfsame check` can vary, and what of it works on this machine. */
export async function listVariations(context: CommandContext): Promise<CommandResult> {
  const host = await findHostFacts(await context.engine());
  const rows = variations.map((variation) => {
    const { name, title, changes, needs, undo, fixedAt, onRequest } = variation;
    const answer = variation.available(host);
    return {
      ...{ name, title, changes, needs, undo, fixedAt: fixedAt ?? null },
      onRequest: onRequest === true,
      works: answer.works,
      why: answer.works ? null : answer.why,
    };
  });
  const { style } = context;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const text = rows.map(({ name, changes, works, why, onRequest }) => {
    const note = works
      ? onRequest
        ? style.dim(' (only with --vary)')
        : ''
      : ` ${style.yellow(`not here: ${printable(why ?? '')}`)}`;
    return `${style.bold(name.padEnd(width))}  ${changes}${note}`;
  });
  return { exitCode: 0, data: { variations: rows }, text };
}
