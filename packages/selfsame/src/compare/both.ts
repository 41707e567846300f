import { FormatError } from './formats/format.js';
import type { Session } from './session.js';

/**
 * The same work for both sides at once. When one fails the other is told to stop and waited for, so that nothing of
 * it goes on behind our back. Only where one is damaged is the other read on: whether it is, too, is part of the answer.
 *
 * @throws the first error, as `ofSides` makes it
 */
export async function both<T>(
  session: Session,
  work: (side: 'a' | 'b', signal: AbortSignal) => Promise<T>,
): Promise<readonly [T, T]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const failures: Failure[] = [];
  const one = async (side: 'a' | 'b'): Promise<T | undefined> => {
    try {
      return await work(side, signal);
    } catch (error) {
      failures.push({ side, error });
      if (!isDamage(error)) stop.abort();
      return undefined;
    }
  };
  const [a, b] = await Promise.all([one('a'), one('b')]);
  if (failures.length > 0) throw ofSides(failures);
  return [a as T, b as T];
}

/** What failed on one side. */
export interface Failure {
  readonly side: 'a' | 'b';
  readonly error: unknown;
}

export function isDamage(error: unknown): error is FormatError {
  return error instanceof FormatError && error.reason === 'damaged';
}

/**
 * The error for what failed first; of a FormatError it is known which side it is about.
 *
 * @param failures at least one, in the order in which they came
 */
export function ofSides(failures: readonly Failure[]): unknown {
  const [first, second] = failures;
  if (!(first?.error instanceof FormatError)) return first?.error;
  const { reason, message } = first.error;
  if (isDamage(first.error) && isDamage(second?.error)) {
    const [a, b] =
      first.side === 'a' ? [message, second.error.message] : [second.error.message, message];
    return new FormatError(reason, `in A ${a}; in B ${b}`, { side: 'both' });
  }
  const said = `in ${first.side === 'a' ? 'A' : 'B'} ${message}`;
  return new FormatError(reason, said, { cause: first.error, side: first.side });
}
