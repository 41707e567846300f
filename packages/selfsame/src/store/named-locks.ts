import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { takeFlock } from './flock.js';
import type { Lock } from './types.js';

/** File name of a lock: the name itself where it is short and harmless, else its digest. */
export function lockFileName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,120}$/u.test(name)) return `${name}.lock`;
  return `sha256-${createHash('sha256').update(name).digest('hex')}.lock`;
}

/** Takes the lock `name` in `directory`. Lock files stay behind on purpose: removing one would let two holders meet. */
export async function takeNamedLock(
  directory: string,
  name: string,
  options: { readonly signal?: AbortSignal; readonly onWait?: () => void } = {},
): Promise<Lock> {
  const held = await takeFlock(join(directory, lockFileName(name)), 'exclusive', {
    wait: true,
    ...options,
  });
  if (held === undefined)
    throw new SelfsameError('STORE_UNUSABLE', `the lock ${name} was neither taken nor refused`);
  return {
    name,
    [Symbol.asyncDispose]() {
      held.release();
      return Promise.resolve();
    },
  };
}
