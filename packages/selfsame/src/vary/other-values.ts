import { seededChoice, seededNumber } from './variations/seeded.js';

/**
 * Which of two kinds of values a seed chooses, where there are two that hide different things: whether the end of a year or the date
 * gives way when both are varied, directories backwards or shuffled, and numbers of processors.
 */
export function kindOfValues(seed: string): 0 | 1 {
  return seededChoice(seed, 'values', [0, 1]);
}

/** Numbers that are not the same in any of these, whatever is made of them. */
const expectedDivisors = [2, 3, 5, 7] as const;

/**
 * A number from `least` to `least + below + 9`, the same for the same seed and label, whose difference to `usual` is no
 * multiple of 2, 3, 5 or 7: so that not even its parity is the same. Of ten numbers in a row one always is such.
 */
export function seededApart(
  seed: string,
  label: string,
  range: { readonly least: number; readonly below: number },
  usual: number,
): number {
  let number = range.least + seededNumber(seed, label, range.below);
  while (expectedDivisors.some((divisor) => (number - usual) % divisor === 0)) number++;
  return number;
}

/**
 * The seed of the values of the `nth` builds with everything varied, from 0: the given one, then others that can be given to `--seed`,
 * each of the other kind than the one before.
 */
export function seedOfValues(seed: string, nth: number): string {
  let [chosen, suffix] = [seed, 1];
  for (let at = 0; at < nth; at++) {
    const kind = kindOfValues(chosen);
    do chosen = `${seed} ${++suffix}`;
    while (kindOfValues(chosen) === kind);
  }
  return chosen;
}
