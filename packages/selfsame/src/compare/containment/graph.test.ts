import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findRootCauses } from './graph.js';
import type { Containment, ContainmentNode } from './graph.js';

function node(place: string, more: Partial<ContainmentNode> = {}): ContainmentNode {
  return {
    place: place.split('>'),
    identity: undefined,
    differsByItself: false,
    causes: [],
    ...more,
  };
}

describe('root causes by containment', () => {
  it('names the program in the archive in the archive that made the image differ', () => {
    const nodes = [node('rom'), node('initrd'), node('tools.cpio'), node('flashrom')];
    const containments = [
      { outer: 0, inner: 1 },
      { outer: 1, inner: 2 },
      { outer: 2, inner: 3 },
    ];
    expect(findRootCauses(nodes, containments)).toEqual([
      {
        place: ['flashrom'],
        causes: [],
        explains: [['tools.cpio'], ['initrd'], ['rom']],
        alone: [['tools.cpio'], ['initrd'], ['rom']],
        also: [],
        assumed: [],
      },
    ]);
  });

  it('says what one cause alone explains, and what two do together', () => {
    const nodes = [node('rom'), node('kernel'), node('initrd'), node('tool')];
    const roots = findRootCauses(nodes, [
      { outer: 0, inner: 1 },
      { outer: 0, inner: 2 },
      { outer: 2, inner: 3 },
    ]);
    expect(roots.map(({ place }) => place)).toEqual([['tool'], ['kernel']]);
    expect(roots[0]?.alone).toEqual([['initrd']]);
    expect(roots[1]?.alone).toEqual([]);
  });

  it('keeps a container that differs by itself, too, among the causes', () => {
    const nodes = [node('a.tar', { differsByItself: true }), node('member')];
    const roots = findRootCauses(nodes, [{ outer: 0, inner: 1 }]);
    expect(new Set(roots.map(({ place }) => place[0]))).toEqual(new Set(['a.tar', 'member']));
    expect(roots.every(({ alone }) => alone.length === 0)).toBe(true);
  });

  it('takes places with the same two contents for one thing', () => {
    const same = { identity: 'x y' };
    const nodes = [node('tools.cpio'), node('tools.cpio>bin/tool', same), node('build/tool', same)];
    const roots = findRootCauses(nodes, [{ outer: 0, inner: 1 }]);
    expect(roots).toHaveLength(1);
    expect(roots[0]).toMatchObject({ also: [['build/tool']] });
  });

  it('explains everything, with causes that contain no other cause unless they differ by themselves', () => {
    const count = 12;
    const graph = fc.record({
      own: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      edges: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(graph, ({ own, edges }) => {
        const nodes = own.map((differsByItself, index) => node(`${index}`, { differsByItself }));
        const containments: Containment[] = edges
          .filter(([a, b]) => a < b)
          .map(([outer, inner]) => ({ outer, inner }));
        const roots = findRootCauses(nodes, containments);
        const names = new Set(roots.map(({ place }) => place[0]));
        const explained = new Set(roots.flatMap(({ explains }) => explains.map(([name]) => name)));
        for (const [index, { differsByItself }] of nodes.entries()) {
          const hasInner = containments.some(({ outer }) => outer === index);
          expect(names.has(`${index}`)).toBe(differsByItself || !hasInner);
          expect(names.has(`${index}`) || explained.has(`${index}`)).toBe(true);
        }
      }),
    );
  });

  it('ends with circles, which no archive has but a list can claim', () => {
    const roots = findRootCauses(
      [node('a'), node('b')],
      [
        { outer: 0, inner: 1 },
        { outer: 1, inner: 0 },
      ],
    );
    expect(roots.length).toBeGreaterThan(0);
  });

  it('goes down a hundred thousand levels', () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => node(`${index}`));
    const containments = nodes.slice(1).map((_, index) => ({ outer: index, inner: index + 1 }));
    expect(findRootCauses(nodes, containments)).toHaveLength(1);
  });
});
