import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../layers/layer.js';
import { fakeLayer } from '../testing.js';
import { compose } from './compose.js';
import type { Composition, InstalledOwner } from './compose.js';
import { emptyDpkgState, parseDiversions, parseOverrides } from './dpkg-state.js';
import type { DpkgState } from './dpkg-state.js';

function unpack(
  layers: readonly Layer[],
  more: {
    state?: Partial<DpkgState>;
    below?: Composition;
    owner?: InstalledOwner;
    epoch?: number;
  } = {},
): Composition {
  return compose({
    base: more.below?.tree ?? new Map(),
    state: { ...emptyDpkgState, ...more.state },
    layers,
    epoch: more.epoch ?? 1000,
    ownerInBase: () => more.owner,
  });
}

const paths = ({ tree }: Composition) => [...tree.keys()].sort();
const from = (composition: Composition, path: string) =>
  composition.placements.find(({ entry }) => entry.path === path)?.from?.layer.name;

describe('unpacking in memory', () => {
  it('shares directories and lists what each package has', () => {
    const [a, b] = [fakeLayer('a', ['usr/', 'usr/x']), fakeLayer('b', ['usr/', 'usr/y'])];
    const result = unpack([b, a]);
    expect(paths(result)).toEqual(['usr', 'usr/x', 'usr/y']);
    expect(result.lists.get(b)).toEqual(['/.', '/usr', '/usr/y']);
    expect(result.placements.filter(({ entry }) => entry.path === 'usr')).toHaveLength(1);
  });

  it('goes through the links of merged-/usr', () => {
    const base = fakeLayer('base-files', ['usr/', 'usr/lib/', 'lib -> usr/lib']);
    const old = fakeLayer('a-old', ['lib/', 'lib/x86/', 'lib/x86/libc.so']);
    const result = unpack([old, base]);
    expect(paths(result)).toEqual(['lib', 'usr', 'usr/lib', 'usr/lib/x86', 'usr/lib/x86/libc.so']);
    expect(result.lists.get(old)).toContain('/lib/x86/libc.so');
  });

  it('never lets a link take the place of a directory, nor a directory that of a link to one', () => {
    const one = fakeLayer('a', ['doc/', 'doc/x/', 'doc/x/file']);
    const two = fakeLayer('b', ['doc/', 'doc/x -> y']);
    expect(unpack([one, two]).tree.get('doc/x')?.type).toBe('directory');
    const link = fakeLayer('a', ['doc/', 'doc/y/', 'doc/x -> y']);
    const through = fakeLayer('b', ['doc/', 'doc/x/', 'doc/x/file']);
    expect(paths(unpack([link, through]))).toEqual(['doc', 'doc/x', 'doc/y', 'doc/y/file']);
  });

  it('refuses two packages with one file, naming both', () => {
    const layers = [fakeLayer('a', ['x']), fakeLayer('b', ['x'])];
    expect(() => unpack(layers)).toThrow(
      expect.objectContaining({
        code: 'PACKAGES_COLLIDE',
        message: 'b 1.0 holds /x, and so does a 1.0',
      }),
    );
    expect(() => unpack([fakeLayer('a', ['x/']), fakeLayer('b', ['x'])])).toThrow('/x as a file');
    expect(() => unpack([fakeLayer('a', ['x']), fakeLayer('b', ['x/'])])).toThrow(
      '/x as a directory',
    );
  });

  it('lets a package replace another one’s file where it says so, whichever comes first', () => {
    const plain = (name: string) => fakeLayer(name, ['x']);
    const taker = (name: string, other: string) =>
      fakeLayer(name, ['x'], { fields: { replaces: `${other} (<< 2)` } });
    for (const [loser, winner] of [
      [plain('a'), taker('b', 'a')],
      [plain('b'), taker('a', 'b')],
    ] as const) {
      const result = unpack([loser, winner]);
      expect(from(result, 'x')).toBe(winner.name);
      expect(result.lists.get(loser)).toEqual(['/.']);
      expect(result.lists.get(winner)).toEqual(['/.', '/x']);
    }
    const newer = fakeLayer('a', ['x'], { version: '2.0' });
    expect(() => unpack([newer, taker('b', 'a')])).toThrow('b 1.0 holds /x, and so does a 2.0');
  });

  it('does the same for files of an installed package, and takes them from its list', () => {
    const below = unpack([fakeLayer('old', ['x'])]);
    const owner = { infoName: 'old:amd64', name: 'old', version: '1.0', replaces: undefined };
    expect(() => unpack([fakeLayer('new', ['x'])], { below, owner })).toThrow('so does old 1.0');
    const taker = fakeLayer('new', ['x'], { fields: { replaces: 'old' } });
    const result = unpack([taker], { below, owner });
    expect(result.removals).toEqual(['x']);
    expect([...(result.losses.get('old:amd64') ?? [])]).toEqual(['/x']);
    const yielding = unpack([fakeLayer('new', ['x'])], {
      below,
      owner: { ...owner, replaces: 'new' },
    });
    expect(yielding.placements).toEqual([]);
  });

  it('puts diverted files where the diversion says, except those of the diverting package', () => {
    const diversions = parseDiversions('/bin/sh\n/bin/sh.distrib\ndash\n');
    const layers = [fakeLayer('bash', ['bin/', 'bin/sh']), fakeLayer('dash', ['bin/', 'bin/sh'])];
    const result = unpack(layers, { state: { diversions } });
    expect(from(result, 'bin/sh.distrib')).toBe('bash');
    expect(from(result, 'bin/sh')).toBe('dash');
    expect(result.lists.get(layers[0]!)).toContain('/bin/sh');
  });

  it('applies overrides of owner and mode, by copying instead of linking', () => {
    const overrides = parseOverrides('root #42 2755 /bin/write\n');
    const result = unpack([fakeLayer('a', ['bin/', 'bin/write', 'bin/other'])], {
      state: { overrides },
    });
    expect(result.tree.get('bin/write')).toMatchObject({ mode: 0o2755, uid: 0, gid: 42 });
    const same = Object.fromEntries(result.placements.map((item) => [item.entry.path, item.same]));
    expect(same).toEqual({ bin: false, 'bin/write': false, 'bin/other': true });
    const nobody = parseOverrides('nobody root 0644 /bin/write\n');
    expect(() =>
      unpack([fakeLayer('a', ['bin/', 'bin/write'])], { state: { overrides: nobody } }),
    ).toThrow('nobody');
  });

  it('keeps a configuration file that scripts made, and leaves the judgement to dpkg', () => {
    const below = unpack([fakeLayer('scripts', ['etc/', 'etc/foo.conf'])]);
    const result = unpack(
      [fakeLayer('foo', ['etc/', 'etc/foo.conf'], { conffiles: ['/etc/foo.conf'] })],
      { below },
    );
    expect(from(result, 'etc/foo.conf.dpkg-new')).toBe('foo');
    expect([...result.besides]).toEqual(['/etc/foo.conf']);
  });

  it('lets no file be newer than the epoch', () => {
    const result = unpack([fakeLayer('a', ['x', 'y -> x'], { time: 5000 })]);
    expect([...result.tree.values()].map((entry) => 'time' in entry && entry.time)).toEqual([
      1000, 1000,
    ]);
    expect(result.placements.every(({ same }) => !same)).toBe(true);
  });

  it('does not depend on the order it is given packages in', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'base-files');
    const path = fc.constantFrom('usr/', 'usr/lib/', 'usr/bin/', 'usr/lib/f', 'usr/bin/g', 'usr/h');
    const parents = (list: string[]) => [...new Set(['usr/', 'usr/lib/', 'usr/bin/', ...list])];
    const layer = fc
      .tuple(name, fc.uniqueArray(path))
      .map(([own, list]) =>
        fakeLayer(own, parents(list), { fields: { replaces: 'a, b, c, d, e, base-files' } }),
      );
    const set = fc.uniqueArray(layer, { selector: (item) => item.name });
    fc.assert(
      fc.property(
        set.chain((layers) =>
          fc.tuple(fc.constant(layers), fc.shuffledSubarray(layers, { minLength: layers.length })),
        ),
        ([layers, shuffled]) => {
          const [one, two] = [unpack(layers), unpack(shuffled)];
          expect([...two.tree]).toEqual([...one.tree]);
          expect(two.placements.map(({ entry }) => entry.path)).toEqual(
            one.placements.map(({ entry }) => entry.path),
          );
          expect([...two.lists].map(([{ name: own }, list]) => [own, list])).toEqual(
            [...one.lists].map(([{ name: own }, list]) => [own, list]),
          );
        },
      ),
    );
  });
});
