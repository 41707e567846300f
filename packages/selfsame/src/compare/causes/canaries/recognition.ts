import type { CauseName } from '../../types.js';
import type { Recognition } from '../cause.js';
import type { Reading } from '../reading.js';
import { canaryOf, type CanaryFinding } from './find-canaries.js';

/** What a canary of a cause says, with the remedy for it. */
export function fromCanary(
  reading: Reading,
  cause: CauseName,
  advice: (finding: CanaryFinding) => { readonly kind?: string; readonly remedy: string },
): Recognition | undefined {
  const finding = canaryOf(reading, cause);
  if (finding === undefined) return undefined;
  const { kind, certainty, a, b, offsetA, offsetB } = finding;
  return { kind, certainty, a, b, offsetA, offsetB, ...advice(finding) };
}
