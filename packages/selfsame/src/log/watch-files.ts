import {
  parseNote,
  parseTlogProof,
  sha256Hex,
  verifyEnvelope,
  type Envelope,
  type Note,
  type PublicKey,
  type Sha256Hex,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readBounded } from '../record/folder-file.js';
import { readPublicKey } from '../record/key-file.js';
import { readText } from '../util/read-text.js';
import { logLimits, valid } from './log-directory.js';

/** Most files of a list of what is installed. */
const MAX_INSTALLED = 1_000_000;
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/** Public keys from key files. Throws KEY_NOT_FOUND, KEY_FILE_INVALID. */
export function readOwnKeys(paths: readonly string[]): readonly PublicKey[] {
  return paths.map((path) => readPublicKey(path).key);
}

/** What a key signed among these envelopes: digests of the payloads, every signature checked. */
export function signedPayloads(
  envelopes: readonly Envelope[],
  key: PublicKey,
): ReadonlySet<Sha256Hex> {
  const signed = envelopes.filter((envelope) =>
    verifyEnvelope(envelope, [key]).some(({ result }) => result === 'valid'),
  );
  return new Set(signed.map(({ payload }) => sha256Hex(payload)));
}

/** Checkpoints out of files that are checkpoints or proofs. Throws LOG_INVALID. */
export async function readSeen(paths: readonly string[]): Promise<readonly Note[]> {
  const notes: Note[] = [];
  for (const path of paths) {
    const bytes = await readBounded(path, logLimits.fileBytes).catch((cause: unknown) => {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new SelfsameError('LOG_INVALID', `${path} cannot be read: ${why}`, {
        hint: 'name a checkpoint or a .tlog-proof file with --seen FILE',
      });
    });
    const isProof = bytes.subarray(0, 22).toString('latin1') === 'c2sp.org/tlog-proof@v1';
    notes.push(valid(path, () => (isProof ? parseTlogProof(bytes).checkpoint : parseNote(bytes))));
  }
  return notes;
}

/** A list as sha256sum writes it; every line must be one. Throws WRONG_USE, LOG_LIMIT. */
export function readInstalled(
  name: string | undefined,
  resolvePath: (name: string) => string,
): readonly { readonly file: string; readonly sha256: Sha256Hex }[] {
  if (name === undefined) return [];
  const text = readText(resolvePath(name), name, MAX_LIST_BYTES);
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  if (lines.length > MAX_INSTALLED) {
    throw new SelfsameError('LOG_LIMIT', `${name} lists more than ${MAX_INSTALLED} files`, {
      hint: 'check it in parts',
    });
  }
  if (text === undefined || lines.length === 0) throw notAList(name, 'it is not there or empty');
  return lines.map((line, index) => {
    const [, sha256, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sha256 === undefined || file === undefined) throw notAList(name, `line ${index + 1}`);
    return { file, sha256 };
  });
}

function notAList(name: string, where: string): SelfsameError {
  return new SelfsameError('WRONG_USE', `${name} is not a list of sha256 sums: ${where}`, {
    hint: 'write it with: sha256sum FILE... > LIST',
  });
}
