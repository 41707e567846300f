import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentDigest, stageIds } from './stage-id.js';
import type { LockedEnvironment, LockedPackage } from './types.js';

function item(name: string, sha = 'a'): LockedPackage {
  const path = `pool/main/${name}.deb`;
  return { name, version: '1', architecture: 'amd64', sha256: sha.repeat(64), size: 1, path };
}

const locked: LockedEnvironment = {
  name: 'one',
  intent: '0'.repeat(64),
  distribution: 'debian',
  suite: 'bookworm',
  architecture: 'amd64',
  epoch: 100,
  releases: [
    { suite: 'bookworm', sha256: '1'.repeat(64), date: '2026-01-01T00:00:00Z', signedBy: [] },
  ],
  stages: [
    { name: 'base', packages: [item('base-files'), item('dash', 'b'), item('libc6', 'c')] },
    { name: 'packages', packages: [item('gcc', 'd')] },
  ],
};

describe('stage ids', () => {
  it('do not depend on names, suites, mirrors, paths, or the order of packages', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), fc.string(), (order, text) => {
        const [base, rest] = locked.stages;
        const other: LockedEnvironment = {
          ...locked,
          name: text,
          suite: 'other',
          releases: [],
          intent: 'f'.repeat(64),
          stages: [
            {
              name: 'base',
              packages: order.map((at) => ({ ...base!.packages[at]!, path: `pool/${text}.deb` })),
            },
            rest!,
          ],
        };
        expect(stageIds(other)).toEqual(stageIds(locked));
        expect(environmentDigest(other)).toBe(environmentDigest(locked));
      }),
    );
  });

  it('share what is below a change, and differ from it on', () => {
    const [base, rest] = locked.stages;
    const changed = { ...locked, stages: [base!, { ...rest!, packages: [item('gcc', 'e')] }] };
    expect(stageIds(changed)[0]).toBe(stageIds(locked)[0]);
    expect(stageIds(changed)[1]).not.toBe(stageIds(locked)[1]);
    const below = { ...locked, stages: [{ ...base!, packages: [item('base-files')] }, rest!] };
    expect(stageIds(below)[0]).not.toBe(stageIds(locked)[0]);
    expect(stageIds(below)[1]).not.toBe(stageIds(locked)[1]);
  });

  it.each([{ epoch: 101 }, { architecture: 'arm64' }])('change with %o', (change) => {
    expect(environmentDigest({ ...locked, ...change })).not.toBe(environmentDigest(locked));
  });

  it.each(['name', 'version', 'architecture', 'sha256'] as const)(
    'change with the %s of a package',
    (key) => {
      const [base, rest] = locked.stages;
      const value = key === 'sha256' ? '9'.repeat(64) : 'x1';
      const packages = [{ ...rest!.packages[0]!, [key]: value }];
      const changed = { ...locked, stages: [base!, { ...rest!, packages }] };
      expect(environmentDigest(changed)).not.toBe(environmentDigest(locked));
    },
  );
});
