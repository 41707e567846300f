import { SelfsameError } from '../errors/selfsame-error.js';
import type { PinnedInput } from './types.js';

/** Fails with `INPUT_CHANGED` unless what was found is what is pinned. */
export function requirePinned(
  pinned: PinnedInput,
  found: { readonly form: PinnedInput['form']; readonly digest: string },
  label: string,
): void {
  if (pinned.form === found.form && pinned.digest === found.digest) return;
  throw new SelfsameError(
    'INPUT_CHANGED',
    `${label} is not what is pinned: ${found.form} ${found.digest} instead of ${pinned.form} ${pinned.digest}`,
    {
      hint: 'if the recipe was changed on purpose, run selfsame lock and review the difference',
      details: { expected: pinned.digest, found: found.digest },
    },
  );
}

/** The error for a pin that was made for something else than the recipe now says. */
export function outdated(label: string, wanted: string): SelfsameError {
  return new SelfsameError(
    'INPUT_CHANGED',
    `${label} is ${wanted}, but the lock was made for another`,
    {
      hint: 'run selfsame lock and review the difference',
    },
  );
}
