import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { locales } from './locales.js';

itShows({
  variation: locales,
  script: 'echo "$LC_ALL $LANG"; locale decimal_point; date +%B',
  check: ({ before, after, conditions: { locale } }) => {
    expect(before).toEqual(['C.UTF-8 C.UTF-8', '.', 'November']);
    expect(after[0]).toBe(`${locale} ${locale}`);
    // That the locale is there, and not only its name.
    expect(after.slice(1)).not.toEqual(before.slice(1));
  },
});
