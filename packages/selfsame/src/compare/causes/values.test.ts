import { describe, expect, it } from 'vitest';
import { findCauses } from './causes.js';
import { range } from './testing.js';
import { likely } from './testing-values.js';

describe('a value in text', () => {
  it.each(likely)('%s: %s: %j', (cause, kind, a, b, valueA, valueB) => {
    const found = findCauses(range(a, b));
    expect(found[0]).toMatchObject({ cause, kind, certainty: 'likely', a: valueA, b: valueB });
  });

  it('is found in the other direction too', () => {
    for (const [cause, , a, b] of likely)
      expect(findCauses(range(b, a))[0]?.cause, `${b} ${a}`).toBe(cause);
  });

  it('has the offset of the value, not of the bytes that differ', () => {
    const [found] = findCauses(
      range('const t = 1763719207;', 'const t = 1763719999;', { offset: 100 }),
    );
    expect(found).toMatchObject({ offsetA: 110, offsetB: 110 });
  });
});

describe('what only looks like a value', () => {
  it.each([
    ['a version', 'version 1.2.3 of it', 'version 1.2.4 of it'],
    ['a number', 'total is 4711 now', 'total is 4712 now'],
    ['a price', 'costs 12.50 today', 'costs 13.50 today'],
    ['an IPv4 address', 'at 10.1.2.3 port', 'at 10.1.2.9 port'],
    ['a word', 'the left side', 'the right side'],
    [
      'a UUID that is derived',
      'id 886313e1-3b8a-5372-9b90-0c9aee199e5d',
      'id 9a6313e1-3b8a-5372-9b90-0c9aee199e5d',
    ],
    ['a phone number', 'call 5550123456 x', 'call 9990123456 x'],
    ['a range of years', 'in 1400 or so', 'in 1500 or so'],
    ['a month that is none', 'on 2026-13-21 we', 'on 2026-14-21 we'],
    ['a URL', 'see http://a.example/one/page', 'see http://b.example/two/page'],
    ['names of programs', 'run /usr/bin/gcc now', 'run /usr/bin/clang now'],
  ])('%s', (_what, a, b) => {
    for (const { certainty } of findCauses(range(a, b))) expect(certainty).toBe('possible');
  });
});

describe('a finding', () => {
  it('shows untrusted text escaped and short', () => {
    const long = `\u001b[31m\u202e${'x'.repeat(400)}`;
    for (const found of findCauses(range(`a ${long} 1`, `b ${long} 2`))) {
      expect(found.a.length).toBeLessThanOrEqual(200);
      expect(`${found.a}${found.b}`).not.toMatch(/[\u0000-\u001f\u202e]/u);
    }
  });

  it('names several values of one difference', () => {
    const found = findCauses(
      range(
        'built at 2026-11-21 12:00:01 in /build/one/src/main.c ok',
        'built at 2026-11-21 12:07:44 in /tmp/y/two/src/main.c ok',
      ),
    );
    expect(found.map(({ cause }) => cause).sort()).toEqual(['build-path', 'timestamp']);
  });
});
