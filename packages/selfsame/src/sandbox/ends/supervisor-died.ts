import { signalName } from './by-itself.js';
import type { Recognise } from './end-facts.js';

/** The determinizer ended without saying how the command ended: whatever the command did since then is not as asked. */
export const supervisorDied: Recognise = ({ report: { ended } }) =>
  ended?.how === 'supervisor-died'
    ? {
        type: 'supervisor-died',
        signal: ended.value === 0 ? undefined : signalName(ended.value),
      }
    : undefined;
