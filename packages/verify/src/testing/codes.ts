import fc from 'fast-check';
import { expect } from 'vitest';
import { VerifyError, type VerifyErrorCode } from '../errors.js';

/** For tests: the code of the package's own error, or `accepted`. Any other error is thrown on, and fails the test. */
export function codeOf(action: () => unknown): VerifyErrorCode | 'accepted' {
  try {
    action();
  } catch (error) {
    if (error instanceof VerifyError) return error.code;
    throw error;
  }
  return 'accepted';
}

/**
 * For tests: changes, drops and doubles bytes of a file. Whatever the change, `check` returns or throws the
 * package's own error, and where it returns, `mayPass` must say that the byte at that place is not signed.
 */
export function mutate(
  file: Uint8Array | string,
  check: (altered: Uint8Array) => unknown,
  mayPass: (at: number, altered: Uint8Array) => boolean = () => false,
  numRuns = 1500,
): void {
  const bytes = Buffer.from(file);
  const how = fc.constantFrom('change', 'change', 'drop', 'double', 'cut');
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      how,
      (at, mask, kind) => {
        const rest = bytes.subarray(at + 1);
        const byte = Buffer.from([(bytes[at] ?? 0) ^ mask]);
        const parts = {
          change: [byte, rest],
          drop: [rest],
          double: [byte, bytes.subarray(at, at + 1), rest],
          cut: [],
        };
        const altered = Buffer.concat([bytes.subarray(0, at), ...parts[kind]]);
        if (codeOf(() => check(altered)) === 'accepted')
          expect([at, kind, mayPass(at, altered)]).toEqual([at, kind, true]);
      },
    ),
    { numRuns },
  );
}
