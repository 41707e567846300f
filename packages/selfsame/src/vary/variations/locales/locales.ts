import { seededChoice } from '../seeded.js';
import type { HostFacts, Variation } from '../../types.js';

/** Languages whose order, numbers or case differ most from those of C, by how often they show something. */
const telling = [
  ...['et_EE', 'tr_TR', 'lt_LT', 'cs_CZ', 'hu_HU', 'da_DK', 'sv_SE', 'nl_BE', 'fr_CH', 'de_CH'],
  ...['fr_FR', 'de_DE', 'es_ES', 'pl_PL', 'ru_RU', 'ja_JP'],
];

function chosen({ locales: installed }: HostFacts, seed: string): string | undefined {
  const utf8 = installed.filter((name) => /\.utf-?8$/iu.test(name));
  const candidates = telling.flatMap((language) =>
    utf8.filter((name) => name.startsWith(`${language}.`)).slice(0, 1),
  );
  const best = candidates.slice(0, 3);
  const [first, ...rest] = best;
  if (first !== undefined) return seededChoice(seed, 'locale', [first, ...rest]);
  return utf8.find((name) => !/^(?:C|POSIX|en_)/u.test(name));
}

export const locales: Variation = {
  name: 'locales',
  title: 'locale',
  changes: 'Another locale, whose messages, order of letters, dates and decimal point are others.',
  needs: 'a locale that is installed and is not that of C or English',
  undo: 'nothing: it ends with the sandbox',
  causes: ['locale'],
  fixedAt: 'fixed',
  sources: [],
  available: (host) =>
    chosen(host, '') === undefined
      ? {
          works: false,
          why: 'no locale but those of C and English is installed; install one (Debian: `locales-all`)',
        }
      : { works: true },
  apply: (conditions, host, seed) => ({
    ...conditions,
    locale: chosen(host, seed) ?? conditions.locale,
  }),
  values: (before, after) => ({ a: before.locale, b: after.locale }),
};
