import { SelfsameError } from '../../errors/selfsame-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import { content } from './content.js';
import { metadata } from './metadata.js';
import type { Normaliser } from './normaliser.js';

/** Every normaliser there is, by topic. */
export const normalisers: readonly Normaliser[] = [...metadata, ...content];

/**
 * Normalisers by name, in the order in which they were named; each once.
 *
 * @throws SelfsameError COMPARE_UNKNOWN_NORMALISER
 */
export function normalisersNamed(names: readonly string[]): readonly Normaliser[] {
  return [...new Set(names)].map((name) => {
    const found = normalisers.find((one) => one.name === name);
    if (found !== undefined) return found;
    const known = normalisers.map((one) => one.name);
    throw new SelfsameError(
      'COMPARE_UNKNOWN_NORMALISER',
      `there is no normaliser "${name.slice(0, 100)}"`,
      { hint: didYouMean(name, known) ?? `those there are: ${known.join(', ')}` },
    );
  });
}
