import type { OptionSpec } from './command.js';

/** Options every command has; the frame acts on them, commands need not. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '--json', description: 'events and the result as JSON lines on standard output' },
  { flags: '--offline', description: 'use only what is in the store; never the network' },
  { flags: '-C, --directory <path>', description: 'run as if started in this directory' },
  { flags: '-q, --quiet', description: 'show no progress, only warnings and failures' },
  { flags: '-v, --verbose', description: 'show also the output of what is built' },
  { flags: '--no-color', description: 'no colours (as NO_COLOR=1)' },
];
