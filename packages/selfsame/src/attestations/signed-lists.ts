import { sha256Hex } from '@selfsame/verify';
import type { BuildName, Vote } from '@selfsame/verify';
import { cleanBuildName } from './build-name.js';
import type { AttestationFile, FiledVote, ReadingContext } from './format.js';
import { readHashList } from './hash-list.js';
import { judgeSignatureFile, malformed, signatureSuffix } from './judge-detached.js';
import type { Judged } from './judge-detached.js';
import { judgeClearSigned } from './openpgp/judge-signature.js';

/** What a list's path says. Nobody signs it: it is where to compare, never who speaks. */
export interface ListPlace {
  readonly build: BuildName;
  /** For people, in reasons: the folder or suffix a signer uses. */
  readonly by: string | undefined;
}

/**
 * Votes of hash lists with signatures in files beside them: `<list>.asc`, `<list>.sig`, `<list>-<who>.asc`, …,
 * and of clear-signed lists. Every file gives at least one vote, so that none goes missing unexplained.
 *
 * @param isList whether the path, without a signature's suffix, is one of a list
 */
export async function readSignedLists(
  files: readonly AttestationFile[],
  context: ReadingContext,
  format: string,
  isList: (path: string) => boolean,
  place: (path: string) => ListPlace,
): Promise<readonly FiledVote[]> {
  const votes: FiledVote[] = [];
  const { lists, signatures } = partition(files, isList);
  const signaturesOf = new Map<string, AttestationFile[]>();
  for (const file of signatures) {
    const name = listOf(file.path, isList);
    const list = lists.get(name);
    if (list !== undefined) {
      const known = signaturesOf.get(name);
      if (known === undefined) signaturesOf.set(name, [file]);
      else known.push(file);
      continue;
    }
    if (isClearSigned(file)) votes.push(...(await clearSigned(file, context, format, place(name))));
    else {
      const judged = malformed('it is a signature of a list that is not there');
      votes.push(voteOf([file], format, place(name), judged, []));
    }
  }
  for (const list of lists.values()) {
    const where = place(list.path);
    const beside = signaturesOf.get(list.path) ?? [];
    const artifacts = readListOnce(list.bytes, context);
    if (typeof artifacts === 'string') {
      votes.push(voteOf([list, ...beside], format, where, malformed(artifacts), []));
      continue;
    }
    if (beside.length === 0) {
      votes.push(voteOf([list], format, where, malformed('the list is not signed'), artifacts));
    }
    for (const file of beside) {
      for (const judged of await judgeSignatureFile(list.bytes, file.bytes, context)) {
        const { by = signerSuffix(list.path, file.path) } = where;
        votes.push(voteOf([list, file], format, { ...where, by }, judged, artifacts));
      }
    }
  }
  return votes;
}

/** Whether a path is one of a list or of a signature of one. */
export function isListOrSignature(path: string, isList: (path: string) => boolean): boolean {
  return isList(path) || (signatureSuffix.test(path) && isList(listOf(path, isList)));
}

/** Honest signers sign the same list: it is read, and kept, once. */
const listsOf = new WeakMap<ReadingContext, Map<string, ReturnType<typeof readHashList>>>();

function readListOnce(bytes: Uint8Array, context: ReadingContext): ReturnType<typeof readHashList> {
  const known = listsOf.get(context) ?? new Map<string, ReturnType<typeof readHashList>>();
  listsOf.set(context, known);
  const sha256 = sha256Hex(bytes);
  let artifacts = known.get(sha256);
  if (artifacts === undefined) {
    artifacts = readHashList(bytes);
    known.set(sha256, artifacts);
  }
  return artifacts;
}

function partition(files: readonly AttestationFile[], isList: (path: string) => boolean) {
  const lists = new Map<string, AttestationFile>();
  const signatures: AttestationFile[] = [];
  for (const file of files) {
    if (isList(file.path)) lists.set(file.path, file);
    else signatures.push(file);
  }
  return { lists, signatures };
}

/** `x.txt` for `x.txt.asc`, `x.txt-alice.asc` and `x.txt.alice.asc`: the longest beginning that names a list. */
function listOf(path: string, isList: (path: string) => boolean): string {
  let name = path.replace(signatureSuffix, '');
  while (!isList(name)) {
    const shorter = name.replace(/[-.][^-./]*$/, '');
    if (shorter === name) break;
    name = shorter;
  }
  return isList(name) ? name : path.replace(signatureSuffix, '');
}

function signerSuffix(list: string, signature: string): string | undefined {
  const rest = signature.slice(list.length).replace(signatureSuffix, '').slice(1);
  return rest === '' ? undefined : rest;
}

function isClearSigned({ bytes }: AttestationFile): boolean {
  return Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .startsWith('-----BEGIN PGP SIGNED MESSAGE-----');
}

async function clearSigned(
  file: AttestationFile,
  { certificates, at }: ReadingContext,
  format: string,
  where: ListPlace,
): Promise<readonly FiledVote[]> {
  const { signatures, content } = await judgeClearSigned(file.bytes, certificates, at);
  const artifacts = content === undefined ? [] : readHashList(content);
  return signatures.map(({ key, state, reason }) => {
    const judged: Judged =
      typeof artifacts === 'string'
        ? malformed(artifacts)
        : { key, signature: state, ...(reason !== undefined && { reason }) };
    return voteOf([file], format, where, judged, typeof artifacts === 'string' ? [] : artifacts);
  });
}

function voteOf(
  files: readonly [AttestationFile, ...AttestationFile[]],
  format: string,
  { build, by }: ListPlace,
  { key, signature, reason }: Judged,
  artifacts: Vote['artifacts'],
): FiledVote {
  const who = by === undefined ? '' : `${by}: `;
  return {
    vote: {
      key,
      signature,
      ...(reason !== undefined && { reason: `${who}${reason}` }),
      evidence: sha256Hex(files[0].bytes),
      format,
      build: cleanBuildName(build),
      inputs: undefined,
      outcome: 'built',
      artifacts,
    },
    files: files.map(({ path }) => path),
  };
}
