import { parseEnvelope, RESULT_CLAIM_TYPE, sha256Hex, VerifyError } from '@selfsame/verify';
import type { Envelope } from '@selfsame/verify';
import { cleanBuildName, placeOf } from '../build-name.js';
import type { AttestationFile, AttestationFormat, EvidenceNote, FiledVote } from '../format.js';
import { isWebPage, webPage } from '../hash-list.js';
import { noteOf } from './describe.js';

/** Most lines of a bundle of envelopes. */
const maxEnvelopes = 10_000;

/**
 * DSSE envelopes: one in a file, or one a line (`.jsonl`; in-toto attestation framework, bundle.md). Result claims are
 * handed on to be judged; statements of other types are evidence.
 */
export const dsse: AttestationFormat = {
  name: 'DSSE envelope',
  takes: (path, head) =>
    /\.(?:dsse\.json|intoto\.jsonl?|att\.jsonl?)$/.test(path) ||
    (head.startsWith('{') && head.includes('"payloadType"')),
  read(files) {
    const votes: FiledVote[] = [];
    const envelopes: { readonly path: string; readonly envelope: Envelope }[] = [];
    const notes: EvidenceNote[] = [];
    for (const file of files) {
      const { path } = file;
      const texts = /\.jsonl$/.test(path)
        ? Buffer.from(file.bytes)
            .toString('utf8')
            .split('\n')
            .filter((line) => line.trim() !== '')
        : [file.bytes];
      for (const text of texts.slice(0, maxEnvelopes)) {
        try {
          const envelope = parseEnvelope(text);
          const { payloadType, payload } = envelope;
          // Only which of two shelves it goes on: who signs it as what is judged afterwards.
          if (Buffer.from(payload).includes(RESULT_CLAIM_TYPE)) envelopes.push({ path, envelope });
          else notes.push({ path, text: `${noteOf(payloadType, payload)}; not checked` });
        } catch (error) {
          if (!(error instanceof VerifyError)) throw error;
          votes.push(unusable(file, isWebPage(file.bytes) ? webPage : error.message));
        }
      }
      if (texts.length > maxEnvelopes) {
        votes.push(unusable(file, `only its first ${maxEnvelopes} lines are looked at`));
      }
    }
    return Promise.resolve({ votes, envelopes, notes });
  },
};

function unusable({ path, bytes }: AttestationFile, why: string): FiledVote {
  return {
    vote: {
      key: undefined,
      signature: 'malformed',
      reason: `${path.split('/').at(-1) ?? path}: ${why}`,
      evidence: sha256Hex(bytes),
      format: 'DSSE envelope',
      build: cleanBuildName({ ...placeOf(path), target: '' }),
      inputs: undefined,
      outcome: 'built',
      artifacts: [],
    },
    files: [path],
  };
}
