import type { Variation } from '../../types.js';

export const terminal: Variation = {
  name: 'terminal',
  title: 'terminal',
  changes: 'Standard input, output and error are a terminal of 80 by 24 instead of a pipe.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['text', 'build-log'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => ({
    ...conditions,
    terminal: true,
    variables: { ...conditions.variables, TERM: 'xterm-256color' },
  }),
  values: (before, after) => ({
    a: before.terminal ? 'a terminal' : 'pipes',
    b: after.terminal ? 'a terminal, 80 by 24' : 'pipes',
  }),
};
