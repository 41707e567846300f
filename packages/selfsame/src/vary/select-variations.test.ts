import { describe, expect, it } from 'vitest';

import { SelfsameError } from '../errors/selfsame-error.js';
import { selectVariations } from './select-variations.js';
import type { HostFacts, Variation } from './types.js';

const variation = (name: string, more: Partial<Variation> = {}): Variation => ({
  ...{ name, title: name, changes: '', needs: 'nothing', undo: '', causes: [], sources: [] },
  fixedAt: undefined,
  available: () => ({ works: true }),
  apply: (conditions) => conditions,
  values: () => ({ a: '', b: '' }),
  ...more,
});
const all = [
  variation('time'),
  variation('umask'),
  variation('network', { onRequest: true }),
  variation('fuse', {
    needs: '/dev/fuse',
    available: () => ({ works: false, why: 'there is no /dev/fuse' }),
  }),
];
const host = {} as HostFacts;

function chosen(wishes: { only?: string[]; leaveOut?: string[] }) {
  const both = { only: wishes.only, leaveOut: wishes.leaveOut };
  return Object.fromEntries(
    selectVariations(both, host, all).map(({ variation: { name }, status, why }) => [
      name,
      why === undefined ? status : `${status}: ${why}`,
    ]),
  );
}

function refused(wishes: { only?: string[]; leaveOut?: string[] }): unknown {
  try {
    chosen(wishes);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('which variations a check uses', () => {
  it('is all that work here but those that must be asked for, and says why not the others', () => {
    expect(chosen({})).toEqual({
      time: 'used',
      umask: 'used',
      network: 'left-out: only when it is asked for: --vary network',
      fuse: 'skipped: there is no /dev/fuse',
    });
  });

  it('is what is named, and nothing else', () => {
    expect(chosen({ only: ['time, network'] })).toEqual({
      time: 'used',
      umask: 'left-out: not among --vary',
      network: 'used',
      fuse: 'left-out: not among --vary',
    });
    expect(Object.values(chosen({ only: ['none'] }))).not.toContain('used');
  });

  it('is all but what is named', () => {
    expect(chosen({ leaveOut: ['time'] })).toMatchObject({
      time: 'left-out: left out with --leave-out',
      umask: 'used',
    });
  });

  it('is never silently less than what was asked for', () => {
    const missing = refused({ only: ['time,fuse'] });
    expect(missing).toBeInstanceOf(SelfsameError);
    expect(missing).toMatchObject({ code: 'VARIATION_NOT_AVAILABLE' });
    expect(String(missing)).toContain('/dev/fuse');
    expect(refused({ leaveOut: ['time', 'umask'] })).toMatchObject({ code: 'WRONG_USE' });
    expect(refused({ only: ['nothing-like-it'] })).toMatchObject({ code: 'VARIATION_UNKNOWN' });
  });
});
