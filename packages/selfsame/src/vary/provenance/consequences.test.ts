import { describe, expect, it } from 'vitest';

import { newDifference } from '../../compare/difference.js';
import type { Difference, Finding } from '../../compare/types.js';
import { consequences } from './consequences.js';
import type { Differing } from './consequences.js';

const difference = (more: Partial<Difference>): Difference =>
  newDifference('x', { sizeA: 1, sizeB: 1, ...more });

const finding = (consequence: boolean): Finding => ({
  cause: consequence ? 'checksum' : 'timestamp',
  kind: '',
  certainty: 'certain',
  place: [],
  offsetA: 0,
  offsetB: 0,
  a: '',
  b: '',
  remedy: '',
  consequence,
  more: 0,
});

/** `name` holds, in build a, `name-a`. */
const part = (name: string, more: Partial<Difference> = {}): Difference =>
  difference({ name, sha256A: `${name}-a`, sha256B: `${name}-b`, ...more });

function artifact(
  path: string,
  order: number | undefined,
  more: Partial<Differing> = {},
): Differing {
  return { path, a: `${path}-a`, b: `${path}-b`, order, difference: part(path), ...more };
}

const of = (...artifacts: Differing[]) => Object.fromEntries(consequences(artifacts));

describe('consequences', () => {
  it('finds copies: the earliest is the original', () => {
    const copy = { a: 'stamp-a', b: 'stamp-b' };
    expect(of(artifact('copy', 5, copy), artifact('stamp', 2), artifact('again', 7, copy))).toEqual(
      {
        copy: ['stamp'],
        again: ['stamp'],
      },
    );
  });

  it('finds what holds others and nothing else that differs', () => {
    const checksum = difference({ findings: [finding(true)], ranges: [], name: 'sum' });
    const archive = artifact('all.tar', 9, {
      difference: part('all.tar', {
        children: [part('data.tar', { children: [part('stamp')] }), checksum],
      }),
    });
    expect(of(archive, artifact('stamp', 1))).toEqual({ 'all.tar': ['stamp'] });
  });

  it.each<[string, Partial<Difference>]>([
    ['another part', { children: [part('stamp'), part('own')] }],
    [
      'a header',
      {
        children: [part('stamp')],
        fields: [{ name: 'mtime', kind: 'time', a: '1', b: '2', offsetA: 0, offsetB: 0 }],
      },
    ],
    [
      'a header of the part',
      {
        children: [
          part('stamp', {
            fields: [{ name: 'mtime', kind: 'time', a: '1', b: '2', offsetA: 0, offsetB: 0 }],
          }),
        ],
      },
    ],
    ['the order', { children: [part('stamp')], order: { first: 'a', firstInB: 'b', moved: 1 } }],
    ['a cause of its own', { children: [part('stamp')], findings: [finding(false)] }],
    [
      'bytes outside of parts',
      {
        children: [part('stamp')],
        moreRanges: 1,
      },
    ],
    [
      'a part that only one side has',
      { children: [part('stamp'), difference({ presence: 'only-a' })] },
    ],
    [
      'what could not be looked into',
      {
        children: [part('stamp')],
        unexamined: [{ place: [], reason: 'damaged', detail: '' }],
      },
    ],
    ['nothing that is known', {}],
  ])('does not excuse what differs in %s, too', (_, more) => {
    expect(
      of(artifact('all.tar', 9, { difference: part('all.tar', more) }), artifact('stamp', 1)),
    ).toEqual({});
  });

  it('says nothing of an artifact that one build lacks', () => {
    expect(of(artifact('x', 1, { a: undefined }), artifact('y', 2, { a: undefined }))).toEqual({});
  });
});
