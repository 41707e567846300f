import { linkVotes, parseMetablock, sha256Hex, VerifyError } from '@selfsame/verify';
import type { Metablock, Vote } from '@selfsame/verify';
import { cleanBuildName, placeOf } from '../build-name.js';
import type {
  AttestationFile,
  AttestationFormat,
  EvidenceNote,
  FiledVote,
  ReadingContext,
} from '../format.js';
import { isWebPage, webPage } from '../hash-list.js';
import { parseLayout } from '../in-toto-layout/layout.js';
import { judgeDetached } from '../openpgp/judge-signature.js';
import { openPgpPacket } from './openpgp-object.js';

/** Links and layouts (in-toto specification 1.0), and what rebuilderd serves as attestations, under any name. */
export const inToto: AttestationFormat = {
  name: 'in-toto link',
  takes: (path, head) =>
    /\.(?:link|layout)$/.test(path) ||
    (head.startsWith('{') && /"signatures"/.test(head) && /"keyid"|"signed"/.test(head)
      ? !head.includes('"payloadType"') && !head.includes('"payload"')
      : false),
  async read(files, context) {
    const votes: FiledVote[] = [];
    const notes: EvidenceNote[] = [];
    for (const file of files) {
      const found = await readOne(file, context);
      if ('text' in found) notes.push({ path: file.path, text: found.text });
      else votes.push(...found.map((vote) => ({ vote, files: [file.path] })));
    }
    return { votes, notes };
  },
};

async function readOne(
  file: AttestationFile,
  context: ReadingContext,
): Promise<readonly Vote[] | { readonly text: string }> {
  try {
    const block = parseMetablock(file.bytes);
    if (block.signed['_type'] === 'layout') {
      const { steps, keys: owners } = parseLayout(block.signed);
      const text = `a layout of ${steps.length} steps for ${owners.length} keys; it says what should be done, not what was`;
      return { text };
    }
    const votes = linkVotes(block, context.keys, context.budget);
    if (votes.length === 0) return [unusable(file, 'the link is not signed')];
    return await Promise.all(
      votes.map(async (vote, index) =>
        named(await judged(vote, block, index, context), file, context),
      ),
    );
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return [unusable(file, isWebPage(file.bytes) ? webPage : error.message)];
  }
}

/** Signatures by gpg are judged as all OpenPGP signatures are: with expiry, revocation and bindings. */
async function judged(
  vote: Vote,
  { signatures, payload }: Metablock,
  index: number,
  { certificates, at }: ReadingContext,
): Promise<Vote> {
  const signature = signatures[index];
  if (signature?.openPgp === undefined) return vote;
  const { key: _, reason: __, ...rest } = vote;
  const packet = openPgpPacket(signature, payload);
  if (packet === undefined) {
    const reason = 'OpenPGP signatures of its kind can not be checked';
    return { ...rest, key: undefined, signature: 'unchecked', reason };
  }
  const [one] = await judgeDetached(payload, packet, certificates, at);
  if (one === undefined) return vote;
  const why = one.reason === undefined ? {} : { reason: one.reason };
  return { ...rest, key: one.key, signature: one.state, ...why };
}

/** Links name their step only; what it was done for is where the file is. */
function named(vote: Vote, { path }: AttestationFile, { project }: ReadingContext): Vote {
  if (vote.build.version !== '') return { ...vote, build: cleanBuildName(vote.build) };
  const place = placeOf(path);
  const build = {
    project: project ?? place.project,
    version: place.version,
    target: vote.build.project,
  };
  return { ...vote, build: cleanBuildName(build) };
}

function unusable({ path, bytes }: AttestationFile, why: string): Vote {
  const { project, version } = placeOf(path);
  return {
    key: undefined,
    signature: 'malformed',
    reason: `${path.split('/').at(-1) ?? path}: ${why}`,
    evidence: sha256Hex(bytes),
    format: 'in-toto link',
    build: cleanBuildName({ project, version, target: '' }),
    inputs: undefined,
    outcome: 'built',
    artifacts: [],
  };
}
