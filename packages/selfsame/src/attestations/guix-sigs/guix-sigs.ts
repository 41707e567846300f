import { sha256Hex } from '@selfsame/verify';
import type { BuildName, Vote } from '@selfsame/verify';
import type { AttestationFile, AttestationFormat } from '../format.js';
import { readHashList } from '../hash-list.js';
import { judgeDetached } from '../openpgp/judge-signature.js';

/**
 * `<version>/<signer>/<list>.SHA256SUMS` with a detached OpenPGP signature `.asc` beside it (bitcoin-core/guix.sigs, and other
 * projects that took it over). Whose folder a file is in says nothing: the key that signed does.
 */
const place = /^(?:.*\/)?([^/]+)\/([^/]+)\/([^/]+)\.SHA256SUMS(\.asc)?$/;

export const guixSigs: AttestationFormat = {
  name: 'guix.sigs',
  takes: (path) => place.test(path),
  async read(files, { project, certificates, at }) {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const votes: Vote[] = [];
    for (const file of files) {
      const [, version = '', signer = '', target = '', isSignature] = place.exec(file.path) ?? [];
      const build = { project, version, target };
      if (isSignature !== undefined) {
        if (!byPath.has(file.path.slice(0, -'.asc'.length))) {
          votes.push(unusable(file, build, `${signer} signed a list that is not there`));
        }
        continue;
      }
      const signature = byPath.get(`${file.path}.asc`);
      const artifacts = readHashList(file.bytes);
      if (typeof artifacts === 'string') {
        votes.push(unusable(file, build, `${signer}: ${artifacts}`));
        continue;
      }
      if (signature === undefined) {
        votes.push({
          ...unusable(file, build, `the list of ${signer} is not signed`),
          artifacts,
        });
        continue;
      }
      for (const judged of await judgeDetached(file.bytes, signature.bytes, certificates, at)) {
        votes.push({
          key: judged.key,
          signature: judged.state,
          ...(judged.reason === undefined ? {} : { reason: `${signer}: ${judged.reason}` }),
          evidence: sha256Hex(file.bytes),
          format: 'SHA256SUMS',
          build,
          inputs: undefined,
          outcome: 'built',
          artifacts,
        });
      }
    }
    return votes;
  },
};

function unusable(file: AttestationFile, build: BuildName, reason: string): Vote {
  return {
    key: undefined,
    signature: 'malformed',
    reason,
    evidence: sha256Hex(file.bytes),
    format: 'SHA256SUMS',
    build,
    inputs: undefined,
    outcome: 'built',
    artifacts: [],
  };
}
