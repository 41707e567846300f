import { describe, expect, it } from 'vitest';

import { newDifference } from '../difference.js';
import type { Difference, Finding } from '../types.js';
import { findRootCauses } from './graph.js';
import { graphOfDifference } from './of-difference.js';

const finding = (cause: Finding['cause'], consequence = false): Finding => ({
  cause,
  kind: '',
  certainty: 'certain',
  place: [],
  offsetA: undefined,
  offsetB: undefined,
  a: '',
  b: '',
  remedy: '',
  consequence,
  more: 0,
});

function roots(difference: Difference): string[] {
  const { nodes, containments } = graphOfDifference(difference);
  return findRootCauses(nodes, containments).map(({ place }) => place.join(' > '));
}

describe('a comparison as a graph', () => {
  it('does not name what follows from something beside it', () => {
    const id = newDifference('.note.gnu.build-id', { findings: [finding('build-id', true)] });
    const data = newDifference('.rodata', { findings: [finding('timestamp')] });
    const program = newDifference('program', { children: [id, data], format: 'elf' });
    const tree = newDifference('a', { format: 'directory', children: [program] });
    expect(roots(tree)).toEqual(['a > program > .rodata']);
  });

  it('names it where it is all there is', () => {
    const id = newDifference('.note.gnu.build-id', { findings: [finding('build-id')] });
    expect(roots(newDifference('program', { children: [id] }))).toEqual([
      'program > .note.gnu.build-id',
    ]);
  });

  it('links a file of the tree with the same file in an archive', () => {
    const digests = { sha256A: 'x', sha256B: 'y' };
    const member = newDifference('bin/tool', digests);
    const archive = newDifference('tools.cpio', { children: [member] });
    const file = newDifference('build/tool', { ...digests, findings: [finding('timestamp')] });
    const { nodes, containments } = graphOfDifference(
      newDifference('a', { format: 'directory', children: [archive, file] }),
    );
    expect(findRootCauses(nodes, containments)).toMatchObject([
      { causes: ['timestamp'], explains: [['a', 'tools.cpio']], alone: [['a', 'tools.cpio']] },
    ]);
  });
});
