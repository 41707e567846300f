import { describe, expect, it } from 'vitest';
import { align, isRenamedDebugFile } from './align.js';
import type { Named } from './align.js';

const file = (name: string, size: number): Named => ({
  ...{ name, size, type: 'file', sha256: `${name} ${size}` },
});
const debug = (id: string, size: number) =>
  file(`./usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`, size);
const names = (a: readonly Named[], b: readonly Named[]) =>
  align(a, b).map((pair) => [pair.a?.size, pair.b?.size]);

describe('debug files that are called after build-ids', () => {
  const a = [debug('11aabbcc', 9000), debug('22aabbcc', 300), debug('33aabbcc', 4000)];

  it('are paired by their sizes, as many as there are', () => {
    const b = [debug('44ddeeff', 4010), debug('55ddeeff', 310), debug('66ddeeff', 9010)];
    expect(names(a, b)).toEqual([
      [9000, 9010],
      [300, 310],
      [4000, 4010],
    ]);
  });

  it('are known to have another name', () => {
    const [one, other] = [debug('11aabbcc', 9000), debug('66ddeeff', 9010)];
    expect(isRenamedDebugFile(one, other)).toBe(true);
    expect(isRenamedDebugFile(one, one)).toBe(false);
    expect(isRenamedDebugFile(file('a', 1), file('b', 1))).toBe(false);
  });

  it('are paired by name first', () => {
    const b = [debug('33aabbcc', 4000), debug('55ddeeff', 310), debug('66ddeeff', 9010)];
    expect(names(a, b)).toContainEqual([4000, 4000]);
    expect(names(a, b)).toContainEqual([300, 310]);
  });

  it('are left alone where one side has more, and so are other files', () => {
    expect(names(a, [debug('44ddeeff', 4010), debug('55ddeeff', 310)])).toEqual([
      [9000, undefined],
      [300, undefined],
      [4000, undefined],
      [undefined, 4010],
      [undefined, 310],
    ]);
    const others = align([file('left', 3), file('more', 4)], [file('right', 3), file('also', 4)]);
    expect(others.every((pair) => pair.a === undefined || pair.b === undefined)).toBe(true);
  });
});
