import { describe, expect, it } from 'vitest';
import { fakeLayer } from '../testing.js';
import { planWaves } from './waves.js';

const names = (layers: Parameters<typeof planWaves>[0]) =>
  planWaves(layers).map((wave) => wave.map(({ name }) => name));
const needing = (name: string, fields: Record<string, string>, control: string[] = []) =>
  fakeLayer(name, [], { fields, control });

describe('waves', () => {
  it('are one where no script runs before unpacking, or none that needs another package', () => {
    expect(names([needing('b', { 'pre-depends': 'a' }), needing('a', {})])).toEqual([['a', 'b']]);
    expect(names([needing('b', { depends: 'a' }, ['preinst']), needing('a', {})])).toEqual([
      ['a', 'b'],
    ]);
    expect(names([needing('b', { 'pre-depends': 'libc6 (>= 2)' }, ['preinst'])])).toEqual([['b']]);
  });

  it('put what a preinst needs before it, and what needs that package after', () => {
    const layers = [
      needing('python3', { 'pre-depends': 'python3-minimal (= 3)' }, ['preinst']),
      needing('python3-minimal', {}),
      needing('meson', { depends: 'python3:any (>= 3)' }),
      needing('other', {}),
    ];
    expect(names(layers)).toEqual([
      ['other', 'python3-minimal'],
      ['meson', 'python3'],
    ]);
  });

  it('follow virtual packages and go on in several steps', () => {
    const layers = [
      needing('c', { 'pre-depends': 'b' }, ['preinst']),
      needing('b', { 'pre-depends': 'virtual' }, ['preinst']),
      needing('a', { provides: 'virtual (= 1)' }),
    ];
    expect(names(layers)).toEqual([['a'], ['b'], ['c']]);
  });

  it('stay together where packages pre-depend on each other', () => {
    const layers = [
      needing('a', { 'pre-depends': 'b' }, ['preinst']),
      needing('b', { 'pre-depends': 'a' }, ['preinst']),
    ];
    expect(names(layers)).toEqual([['a', 'b']]);
  });
});
