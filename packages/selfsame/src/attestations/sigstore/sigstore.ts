import { parseResultClaim, sha256Hex, VerifyError } from '@selfsame/verify';
import type { Vote } from '@selfsame/verify';
import { cleanBuildName, placeOf } from '../build-name.js';
import { noteOf } from '../dsse/describe.js';
import type { AttestationFile, AttestationFormat, FiledVote, ReadingContext } from '../format.js';
import { caught } from '../judge-detached.js';
import type { Judged } from '../judge-detached.js';
import { parseBundle } from './bundle.js';
import { verifyBundle } from './verify-bundle.js';

/**
 * Sigstore bundles that carry statements. A result claim in one is a vote by `sigstore:<issuer> <identity>`; all else is
 * evidence. (A bundle beside a hash list is a signature of that list, and read with it.)
 */
export const sigstore: AttestationFormat = {
  name: 'sigstore bundle',
  takes: (path, head) =>
    /\.sigstore(?:\.json)?$/.test(path) ||
    (head.startsWith('{') && head.includes('application/vnd.dev.sigstore.bundle')),
  read(files, context) {
    const read = files.map((file) => readOne(file, context));
    return Promise.resolve({
      votes: read.flatMap(({ vote }) => vote ?? []),
      notes: read.flatMap(({ note }) => note ?? []),
    });
  },
};

interface Found {
  readonly vote?: FiledVote;
  readonly note?: { readonly path: string; readonly text: string };
}

function readOne(file: AttestationFile, { trustedRoot, at }: ReadingContext): Found {
  let found: Found | undefined;
  const judged = caught((): Judged => {
    const bundle = parseBundle(file.bytes);
    if (bundle.content.kind === 'message') {
      const reason = 'it signs a file that is not beside it';
      return { key: undefined, signature: 'malformed', reason };
    }
    const { payloadType, payload } = bundle.content.envelope;
    if (trustedRoot === undefined) {
      const reason = 'a sigstore bundle can only be checked with a trusted root';
      return { key: undefined, signature: 'unchecked', reason };
    }
    const { signer } = verifyBundle(bundle, { root: trustedRoot, logs: 1, now: at });
    const judgement: Judged = { key: signer.keyId, signature: 'valid' };
    try {
      const claim = parseResultClaim(payloadType, payload);
      const { build, definition, outcome, artifacts } = claim;
      const about = { build, inputs: definition, outcome, artifacts };
      found = { vote: filed(file, sha256Hex(payload), judgement, about) };
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      const text = `${noteOf(payloadType, payload)}, signed by ${signer.keyId}`;
      found = { note: { path: file.path, text } };
    }
    return judgement;
  });
  return found ?? { vote: filed(file, sha256Hex(file.bytes), judged, undefined) };
}

function filed(
  { path }: AttestationFile,
  evidence: string,
  { key, signature, reason }: Judged,
  about: Pick<Vote, 'build' | 'inputs' | 'outcome' | 'artifacts'> | undefined,
): FiledVote {
  const place = placeOf(path);
  const nothing = { build: { ...place, target: '' }, inputs: undefined, artifacts: [] };
  const content = about ?? { ...nothing, outcome: 'built' as const };
  const file = path.split('/').at(-1) ?? path;
  return {
    vote: {
      key,
      signature,
      ...(reason !== undefined && { reason: `${file}: ${reason}` }),
      evidence,
      format: 'sigstore bundle',
      ...content,
      build: cleanBuildName(content.build),
    },
    files: [path],
  };
}
