import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nativePath } from '../../util/native.js';
import { defaultSourceModes, parseSourceModes, sourceModeSchema, sourceNames } from './sources.js';

describe('parseSourceModes', () => {
  it('reads names and modes, later ones winning', () => {
    expect(parseSourceModes('clock=real,directoryOrder=vary:reversed')).toEqual({
      clock: 'real',
      directoryOrder: 'vary:reversed',
    });
    expect(parseSourceModes('all=real,clock=vary:a=b')).toEqual({
      ...Object.fromEntries(sourceNames.map((name) => [name, 'real'])),
      clock: 'vary:a=b',
    });
  });

  it.each([
    '',
    'clock',
    'clock=',
    'clock=maybe',
    'clock=vary:',
    'Clock=real',
    'clock=real,',
    '=real',
  ])('refuses %j', (text) => {
    expect(() => parseSourceModes(text)).toThrow(
      expect.objectContaining({ code: 'DETERMINISM_SOURCE_INVALID' }) as Error,
    );
  });

  it('refuses seeds the determinizer cannot hold', () => {
    for (const seed of ['é'.repeat(129), 'a\0b', '\ud800'])
      expect(() => parseSourceModes(`clock=vary:${seed}`)).toThrow('mode of "clock"');
  });

  it('reads back whatever modes are written', () => {
    const mode = fc.oneof(
      fc.constantFrom('real', 'fixed'),
      fc
        .string({ minLength: 1, maxLength: 40 })
        .filter((seed) => !seed.includes(',') && !seed.includes('\0'))
        .map((seed) => `vary:${seed}`),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...sourceNames), mode, { minKeys: 1, noNullPrototype: true }),
        (modes) => {
          const written = Object.entries(modes).map((entry) => entry.join('='));
          expect(parseSourceModes(written.join(','))).toEqual(modes);
        },
      ),
    );
  });
});

it('knows exactly the sources the program knows', () => {
  const { stdout } = spawnSync(nativePath('selfsame-determinizer'), ['--help'], {
    encoding: 'utf8',
  });
  expect(stdout.trim().split('NAME is all or one of: ')[1]?.split(' ')).toEqual([...sourceNames]);
  expect(Object.keys(defaultSourceModes)).toEqual([...sourceNames]);
});

it('says what a mode must be', () => {
  expect(sourceModeSchema.safeParse('sometimes').error?.issues[0]?.message).toBe(
    'must be real, fixed or vary:SEED',
  );
});
