import { seededNumber, seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

const names = (variables: Readonly<Record<string, string | undefined>>): string =>
  ['SELFSAME_CAPTURED_ENVIRONMENT', 'BUILDUSERID', 'BUILDUSERNAME']
    .filter((name) => variables[name] !== undefined)
    .map((name) => `${name}=${variables[name] ?? ''}`)
    .join(' ') || 'none of them';

export const environment: Variation = {
  name: 'environment',
  title: 'environment variables',
  changes: 'Adds variables that nobody sets.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['environment-variable', 'build-log'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    variables: {
      ...conditions.variables,
      SELFSAME_CAPTURED_ENVIRONMENT: `i-captured-${seededWord(seed, 'variable')}`,
      BUILDUSERID: String(10_000 + seededNumber(seed, 'build user', 89_999)),
      BUILDUSERNAME: seededWord(seed, 'build user'),
    },
  }),
  values: (before, after) => ({
    a: names(before.variables),
    b: names(after.variables),
  }),
};
