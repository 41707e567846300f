import { expect, it } from 'vitest';

import { baseConditions } from '../../conditions.js';
import { itShows } from '../../testing.js';
import type { HostFacts } from '../../types.js';
import { randomness } from './randomness.js';

itShows({
  variation: randomness,
  script: 'od -An -N8 -tx1 /dev/urandom; cat /proc/sys/kernel/random/uuid',
  check: ({ before, after }) => {
    expect(before).toHaveLength(2);
    for (const [index, line] of before.entries()) expect(after[index]).not.toBe(line);
  },
});

it('is not what is fixed, even with the same seed', () => {
  const base = baseConditions({
    ...{ epoch: 1_700_000_000, home: '/h', path: '/p' },
    user: { name: 'builder', uid: 1000, gid: 1000, group: 'builder' },
  });
  const { sources } = randomness.apply(base, {} as HostFacts, base.seed);
  expect(sources.randomness).not.toBe(`vary:${base.seed}`);
});
