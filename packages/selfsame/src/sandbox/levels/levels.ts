import { SelfsameError } from '../../errors/selfsame-error.js';
import type { DeterminismLevel } from '../types.js';
import { fixed } from './fixed.js';
import type { Level } from './level.js';
import { none } from './none.js';
import { virtual } from './virtual.js';

const levels: Readonly<Partial<Record<DeterminismLevel, Level>>> = { none, fixed, virtual };

/** The level of that name. Throws `LEVEL_NOT_AVAILABLE` for one that does not exist yet. */
export function levelNamed(name: DeterminismLevel): Level {
  const level = levels[name];
  if (level !== undefined) return level;
  throw new SelfsameError(
    'LEVEL_NOT_AVAILABLE',
    `the determinism level \`${name}\` is not available in this version`,
    {
      hint: 'Use `determinism: virtual`, `fixed` or `none` in the recipe',
    },
  );
}
