import { sha256Hex } from '../digest/sha256.js';
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
 * For tests: changes, drops and doubles bytes of a file, and cuts it, in ways that are the same in every run.
 * `check` must return or throw the package's own error. The result is where it returned although `mayPass` does
 * not say that nothing signed was altered: to be compared with the empty list.
 */
export function mutate(
  file: Uint8Array | string,
  check: (altered: Uint8Array) => unknown,
  mayPass: (at: number, altered: Uint8Array) => boolean = () => false,
  runs = 1500,
): readonly string[] {
  const bytes = Buffer.from(file);
  const accepted: string[] = [];
  for (let run = 0; run < runs; run += 1) {
    const random = Buffer.from(sha256Hex(`${run} ${bytes.length}`), 'hex');
    const at = random.readUInt32BE(0) % bytes.length;
    const changed = Buffer.from([(bytes[at] ?? 0) ^ ((random[4] ?? 0) % 255 || 255)]);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at + 1);
    const kinds = {
      change: [before, changed, after],
      bit: [before, Buffer.from([(bytes[at] ?? 0) ^ (1 << (run % 8))]), after],
      drop: [before, after],
      double: [before, changed, bytes.subarray(at)],
      cut: [before],
    };
    const kind = (['change', 'change', 'bit', 'drop', 'double', 'cut'] as const)[run % 6] ?? 'cut';
    const altered = Buffer.concat(kinds[kind]);
    if (codeOf(() => check(altered)) === 'accepted' && !mayPass(at, altered))
      accepted.push(`${kind} at ${at}`);
  }
  return accepted;
}
