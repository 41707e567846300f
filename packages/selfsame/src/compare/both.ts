import type { Session } from './session.js';

/**
 * The same work for both sides at once. When one fails the other is told to stop and waited for, so that nothing of
 * it goes on behind our back.
 *
 * @throws the first error
 */
export async function both<T>(
  session: Session,
  work: (side: 'a' | 'b', signal: AbortSignal) => Promise<T>,
): Promise<readonly [T, T]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  const one = async (side: 'a' | 'b'): Promise<T | undefined> => {
    try {
      return await work(side, signal);
    } catch (error) {
      failure ??= { error };
      stop.abort();
      return undefined;
    }
  };
  const [a, b] = await Promise.all([one('a'), one('b')]);
  if (failure !== undefined) throw failure.error;
  return [a as T, b as T];
}
