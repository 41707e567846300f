import { sha256Hex } from '@selfsame/verify';
import type { BuildName, Vote } from '@selfsame/verify';
import { cleanBuildName } from '../build-name.js';
import type { AttestationFile, AttestationFormat, EvidenceNote, FiledVote } from '../format.js';
import { isWebPage, webPage } from '../hash-list.js';
import { malformed } from '../judge-detached.js';
import type { Judged } from '../judge-detached.js';
import { judgeClearSigned } from '../openpgp/judge-signature.js';
import { readBuildinfo } from './read-buildinfo.js';
import type { Buildinfo } from './read-buildinfo.js';

/** `<source>_<version>_<architecture>.buildinfo`, clear-signed: what Debian's and its users' builders sign. */
export const buildinfo: AttestationFormat = {
  name: 'buildinfo',
  takes: (path) => path.endsWith('.buildinfo'),
  async read(files, { certificates, at }) {
    const votes: FiledVote[] = [];
    const notes: EvidenceNote[] = [];
    for (const file of files) {
      if (isWebPage(file.bytes)) {
        votes.push(vote(file, malformed(webPage), undefined));
        continue;
      }
      const { signatures, content } = await judgeClearSigned(file.bytes, certificates, at);
      if (content === undefined) {
        const isUnsigned = typeof readBuildinfo(file.bytes) !== 'string';
        const reason = isUnsigned ? 'it is not signed' : 'it is not one clear-signed document';
        votes.push(vote(file, malformed(reason), undefined));
        continue;
      }
      const read = readBuildinfo(content);
      for (const { key, state, reason } of signatures) {
        const judged: Judged = { key, signature: state, ...(reason !== undefined && { reason }) };
        if (typeof read === 'string') votes.push(vote(file, malformed(read), undefined));
        else votes.push(vote(file, judged, read));
      }
      if (typeof read !== 'string') {
        const { packages, sha256 } = read.environment;
        const text = `built where ${packages} packages were installed (list: sha256 ${sha256})`;
        notes.push({ path: file.path, text });
      }
    }
    return { votes, notes };
  },
};

function vote(
  { path, bytes }: AttestationFile,
  { key, signature, reason }: Judged,
  read: Buildinfo | undefined,
): FiledVote {
  const file = path.split('/').at(-1) ?? path;
  const who = signature === 'valid' ? undefined : `${file}: ${reason ?? signature}`;
  return {
    vote: {
      key,
      signature,
      ...(who !== undefined && { reason: who }),
      evidence: sha256Hex(bytes),
      format: 'buildinfo',
      build: cleanBuildName(read?.build ?? nameOfFile(file)),
      inputs: read?.inputs,
      outcome: 'built' satisfies Vote['outcome'],
      artifacts: read?.artifacts ?? [],
    },
    files: [path],
  };
}

function nameOfFile(file: string): BuildName {
  const [, project = file, version = '', target = ''] =
    /^([^_]+)_([^_]+)_([^_]+)\.buildinfo$/.exec(file) ?? [];
  return { project, version, target };
}
