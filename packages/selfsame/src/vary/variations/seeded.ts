import { createHash } from 'node:crypto';

/** A number from 0 to `below` - 1 (at most 2 ** 48): the same for the same seed and label. */
export function seededNumber(seed: string, label: string, below: number): number {
  const digest = createHash('sha256').update(`${seed}\0${label}`).digest();
  return digest.readUIntBE(0, 6) % below;
}

/** One of a list, which must not be empty. */
export function seededChoice<T>(seed: string, label: string, list: readonly [T, ...T[]]): T {
  return list[seededNumber(seed, label, list.length)] ?? list[0];
}

const consonants = 'bdfgkmnprtvz';
const vowels = 'aiou';

/** A name of ten lower-case letters that stands in no file by chance: one of 2 ** 27. */
export function seededWord(seed: string, label: string): string {
  return Array.from({ length: 5 }, (_, index) => {
    const letter = (letters: string, part: string): string =>
      letters[seededNumber(seed, `${label} ${index} ${part}`, letters.length)] ?? '';
    return letter(consonants, 'consonant') + letter(vowels, 'vowel');
  }).join('');
}
