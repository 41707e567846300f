import { canonicalDigest, sha256Hex } from '@selfsame/verify';
import type { BuildName, Vote } from '@selfsame/verify';
import { cleanBuildName, projectOf } from '../build-name.js';
import type { AttestationFile, AttestationFormat, FiledVote } from '../format.js';
import { isWebPage, readHashList, webPage } from '../hash-list.js';
import { judgeSignatureFile, malformed } from '../judge-detached.js';
import type { Judged } from '../judge-detached.js';
import { readAssertion } from './read-assert.js';

/** `<release>/<signer>/<name>-build.assert` with a detached signature `.sig` beside it (gitian.sigs of many projects). */
const place = /^(?:.*\/)?([^/]+)\/([^/]+)\/([^/]+?)(?:-build)?\.assert(\.sig)?$/;

export const gitian: AttestationFormat = {
  name: 'gitian.sigs',
  takes: (path) => place.test(path),
  async read(files, context) {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const votes: FiledVote[] = [];
    for (const file of files) {
      const [, release = '', by = '', target = '', suffix] = place.exec(file.path) ?? [];
      const project = context.project ?? projectOf(file.path.split('/').at(-4) ?? '');
      const named = { project, version: release, target };
      if (suffix !== undefined) {
        if (byPath.has(file.path.slice(0, -suffix.length))) continue;
        const judged = malformed('it is a signature of an assertion that is not there');
        votes.push(filed([file], by, named, judged, undefined));
        continue;
      }
      const signature = byPath.get(`${file.path}.sig`);
      const all = signature === undefined ? [file] : [file, signature];
      if (signature === undefined) {
        votes.push(filed(all, by, named, malformed('the assertion is not signed'), undefined));
        continue;
      }
      for (const judged of await judgeSignatureFile(file.bytes, signature.bytes, context)) {
        votes.push(vote(all, by, named, judged));
      }
    }
    return { votes };
  },
};

/** What nobody known signed is not read: its names are those of its path. */
const unread: ReadonlySet<Vote['signature']> = new Set([
  'unknown-key',
  'bad',
  'malformed',
  'unchecked',
]);

function vote(
  files: readonly AttestationFile[],
  by: string,
  named: BuildName,
  judged: Judged,
): FiledVote {
  const bytes = files[0]?.bytes ?? Buffer.alloc(0);
  if (isWebPage(bytes)) return filed(files, by, named, malformed(webPage), undefined);
  if (unread.has(judged.signature)) return filed(files, by, named, judged, undefined);
  const assertion = readAssertion(bytes);
  if (typeof assertion === 'string') {
    return filed(files, by, named, malformed(assertion), undefined);
  }
  const artifacts = readHashList(Buffer.from(assertion.outManifest));
  if (typeof artifacts === 'string') {
    return filed(files, by, named, malformed(`out_manifest: ${artifacts}`), undefined);
  }
  const build = { project: named.project, version: assertion.release, target: assertion.name };
  return filed(files, by, build, judged, { artifacts, inputs: inputsOf(assertion.inManifest) });
}

/**
 * Descriptor, other files and commits: what was built. The packages of the virtual machine (`base_manifests`) are
 * where it was built: they differ from one honest signer to the next (docs/decisions/0019).
 */
function inputsOf(inManifest: string): string {
  const lines = inManifest.split('\n').map((line) => line.trim());
  return canonicalDigest(lines.filter((line) => line !== '').sort());
}

function filed(
  files: readonly AttestationFile[],
  by: string,
  build: BuildName,
  { key, signature, reason }: Judged,
  content: Pick<Vote, 'artifacts' | 'inputs'> | undefined,
): FiledVote {
  const [file] = files;
  return {
    vote: {
      key,
      signature,
      ...(reason !== undefined && { reason: `${by}: ${reason}` }),
      evidence: sha256Hex(file?.bytes ?? Buffer.alloc(0)),
      format: 'gitian',
      build: cleanBuildName(build),
      inputs: content?.inputs,
      outcome: 'built',
      artifacts: content?.artifacts ?? [],
    },
    files: files.map(({ path }) => path),
  };
}
