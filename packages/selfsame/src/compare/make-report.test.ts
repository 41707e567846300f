import { describe, expect, it } from 'vitest';
import { newDifference } from './difference.js';
import { isSeenToDiffer } from './make-report.js';

describe('isSeenToDiffer', () => {
  const undecided = new Set([JSON.stringify(['a']), JSON.stringify(['a', 'x'])]);

  it('does not count what the two operands are called', () => {
    expect(isSeenToDiffer(newDifference('a', { nameInB: 'b' }), undecided)).toBe(false);
  });

  it('counts what anything in them is called', () => {
    const renamed = newDifference('x', { nameInB: 'y' });
    expect(isSeenToDiffer(newDifference('a', { children: [renamed] }), undecided)).toBe(true);
  });

  it('counts everything of which it is known', () => {
    expect(isSeenToDiffer(newDifference('b'), undecided)).toBe(true);
  });
});
