import { sha256Hex, VerifyError } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';

/** For tests: the code of the error, or `accepted`. What is neither package's own error is thrown on, and fails the test. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof VerifyError || error instanceof SelfsameError) return error.code;
    throw error;
  }
  return 'accepted';
}

/**
 * For tests: changes, drops and doubles bytes of a file, and cuts it, in ways that are the same in every run.
 * The result is how often `check` returned; it must otherwise throw an error of this package or of the trust core.
 */
export function accepted(
  file: Uint8Array | string,
  runs: number,
  check: (altered: Uint8Array) => unknown,
): number {
  const bytes = Buffer.from(file);
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const random = Buffer.from(sha256Hex(`${run} ${bytes.length}`), 'hex');
    const at = random.readUInt32BE(0) % bytes.length;
    const other = Buffer.from([(bytes[at] ?? 0) ^ ((random[4] ?? 0) % 255 || 255)]);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const all = [
      [before, other, after],
      [before, after],
      [before, other, bytes.subarray(at)],
      [before],
    ];
    const altered = Buffer.concat(all[run % all.length] ?? []);
    if (codeOf(() => check(altered)) === 'accepted') count += 1;
  }
  return count;
}
