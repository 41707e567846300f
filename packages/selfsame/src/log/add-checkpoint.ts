import {
  encodeBase64,
  formatNote,
  parseHash,
  parseNote,
  parseTreeNumber,
  VerifyError,
  type Note,
} from '@selfsame/verify';

/**
 * Bounds of the call `add-checkpoint` (C2SP tlog-witness): hashes of a proof as it says, bytes of a request and of
 * an answer as this program takes them. A checkpoint with 100 cosignatures has about 20 KiB.
 */
export const addCheckpointLimits = {
  proofHashes: 63,
  requestBytes: 128 * 1024,
  answerBytes: 64 * 1024,
} as const;

/** Content type of an answer that is the size that the witness cosigned last. */
export const sizeContentType = 'text/x.tlog.size';

/** What a log asks of a witness. */
export interface AddCheckpoint {
  /** Leaves of the tree that the witness cosigned last, as the log believes. */
  readonly oldSize: number;
  /** Consistency proof from there to the checkpoint, hashes of 32 bytes. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Note;
}

export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  const lines = proof.map((hash) => `${encodeBase64(hash)}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${formatNote(checkpoint)}`;
}

/**
 * Reads the body of a request, of which nothing is checked yet. Throws `VerifyError` CHECKPOINT_INVALID or
 * LIMIT_EXCEEDED, or what `parseNote` throws.
 */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  const end = Buffer.from(body).indexOf('\n\n');
  const head = end < 0 ? '' : Buffer.from(body.subarray(0, end)).toString('latin1');
  const [first = '', ...hashes] = head.split('\n');
  if (!first.startsWith('old ')) {
    throw new VerifyError('CHECKPOINT_INVALID', 'the request does not begin with an old size');
  }
  if (hashes.length > addCheckpointLimits.proofHashes) {
    const most = addCheckpointLimits.proofHashes;
    throw new VerifyError('LIMIT_EXCEEDED', `the proof has more than ${most} hashes`);
  }
  return {
    oldSize: parseTreeNumber(first.slice(4)),
    proof: hashes.map(parseHash),
    checkpoint: parseNote(body.subarray(end + 2)),
  };
}
