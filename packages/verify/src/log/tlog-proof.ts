import { decodeStandardBase64 } from '../encoding/base64.js';
import { VerifyError } from '../errors.js';
import { decodeUtf8 } from '../json/parse.js';
import {
  parseHash,
  parseTreeNumber,
  verifyCheckpoint,
  type VerifiedCheckpoint,
} from './checkpoint.js';
import { MAX_PROOF_HASHES, verifyInclusion } from './merkle.js';
import { noteLimits, parseNote, type Note, type NoteKey } from './note.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_EXTRA_BYTES = 65_536;

/** Proof that an entry is in a log, to be checked offline (C2SP tlog-proof.md). File extension: `.tlog-proof`. */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** Signed by the log and its witnesses. */
  readonly checkpoint: Note;
  /** Bytes that nothing authenticates. */
  readonly extra?: Uint8Array;
}

/**
 * Reads a proof without checking it. Throws `PROOF_INVALID`, `CHECKPOINT_INVALID`, `BASE64_INVALID` or what
 * `parseNote` throws.
 *
 * @param readNote for many proofs of few checkpoints: may answer from what it read before
 */
export function parseTlogProof(
  input: Uint8Array | string,
  readNote: (text: string) => Note = parseNote,
): TlogProof {
  if (input.length > noteLimits.bytes)
    throw new VerifyError('LIMIT_EXCEEDED', 'the proof is too large');
  const document = typeof input === 'string' ? input : decodeUtf8(input);
  const end = document.indexOf('\n\n');
  const [header, ...lines] = document.slice(0, Math.max(0, end)).split('\n');
  const extra = lines[0]?.startsWith('extra ') === true ? lines.shift() : undefined;
  const index = lines.shift();
  if (
    header !== HEADER ||
    index?.startsWith('index ') !== true ||
    lines.length > MAX_PROOF_HASHES
  ) {
    throw new VerifyError('PROOF_INVALID', `the text is not a ${HEADER}`);
  }
  return {
    index: parseTreeNumber(index.slice(6)),
    hashes: lines.map(parseHash),
    checkpoint: readNote(document.slice(end + 2)),
    ...(extra !== undefined && {
      extra: decodeStandardBase64(extra.slice(6), { max: MAX_EXTRA_BYTES }),
    }),
  };
}

/**
 * Checks that the leaf is in this log and returns the checkpoint with its witnesses, for the policy to
 * judge. Throws `SIGNATURE_INVALID`, `CHECKPOINT_INVALID` or `PROOF_INVALID`.
 */
export function verifyTlogProof(
  proof: TlogProof,
  leaf: Uint8Array,
  log: NoteKey,
  witnesses: readonly NoteKey[] = [],
): VerifiedCheckpoint {
  const verified = verifyCheckpoint(proof.checkpoint, log, witnesses);
  const { size, root } = verified.checkpoint;
  verifyInclusion(leaf, proof.index, size, root, proof.hashes);
  return verified;
}
