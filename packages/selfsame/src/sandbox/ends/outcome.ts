import type { Outcome } from '../types.js';
import { byItself } from './by-itself.js';
import { cancelled } from './cancelled.js';
import { couldNotStart } from './could-not-start.js';
import { diskFull } from './disk-full.js';
import type { EndFacts, Recognise } from './end-facts.js';
import { outOfMemory } from './out-of-memory.js';
import { supervisorDied } from './supervisor-died.js';
import { timedOut } from './timed-out.js';
import { tooManyProcesses } from './too-many-processes.js';
import { tooMuchOutput } from './too-much-output.js';

/** In order: what we did from outside, then the causes behind a plain exit, then the exit itself. */
const ways: readonly Recognise[] = [
  cancelled,
  tooMuchOutput,
  timedOut,
  outOfMemory,
  tooManyProcesses,
  diskFull,
  supervisorDied,
  byItself,
  couldNotStart,
];

/** Tells how a run ended: exactly one way. */
export function outcomeOf(facts: EndFacts): Outcome {
  for (const way of ways) {
    const outcome = way(facts);
    if (outcome !== undefined) return outcome;
  }
  return {
    type: 'could-not-start',
    reason: 'the container runtime stopped without a word',
    hint: 'Run `selfsame doctor`',
  };
}
