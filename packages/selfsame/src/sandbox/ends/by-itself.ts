import { constants } from 'node:os';

import type { Recognise } from './end-facts.js';

/** The command ended by itself, or by a signal that nobody of us sent. */
export const byItself: Recognise = ({ report: { started, ended } }) => {
  if (ended?.how === 'exited') return { type: 'exited', code: ended.value };
  if (ended?.how === 'signalled') return { type: 'signalled', signal: signalName(ended.value) };
  // The init itself was killed: by the administrator or by the machine's own want of memory.
  return started && ended === undefined ? { type: 'signalled', signal: 'SIGKILL' } : undefined;
};

/** `SIGTERM` for 15; a number without a name, such as a real-time signal, as `SIG40`. */
export function signalName(signal: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === signal);
  return found?.[0] ?? `SIG${signal}`;
}
