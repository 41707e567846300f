import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatPublicKey,
  resultClaimPayload,
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  type Envelope,
  type ResultClaim,
} from '@selfsame/verify';
import { PrivateKey } from '../signing/private-key.js';
import { signEnvelope } from '../signing/envelope.js';
import { buildId } from './build-id.js';
import type { BuiltResult } from './built-result.js';
import type { BuildDefinition } from './definition.js';

/** For tests: a definition with something in every field. */
export function testDefinition(changes: Partial<BuildDefinition> = {}): BuildDefinition {
  return {
    type: 'selfsame/build-definition/v1',
    project: 'pigz',
    version: '2.8',
    target: 'default',
    steps: [
      { name: 'build', shell: 'sh', script: 'make' },
      { name: 'install', shell: 'bash', script: 'make install' },
    ],
    inputs: [
      { name: 'patch', form: 'file', digest: sha256Hex('patch'), fileName: 'a.patch', at: null },
      { name: 'source', form: 'tree', digest: sha256Hex('source'), fileName: null, at: 'work' },
    ],
    needs: [{ name: 'zlib', artifacts: sha256Hex('zlib') }],
    environment: sha256Hex('environment'),
    sandbox: {
      level: 'fixed',
      hostname: 'selfsame',
      user: { name: 'builder', uid: 1000, gid: 1000 },
      path: '/build',
      cpus: 2,
      memoryShown: 4294967296,
      umask: 18,
      sourceDateEpoch: 1700000000,
      locale: 'C.UTF-8',
      timezone: 'UTC',
    },
    outputs: ['*.deb', '*.tar.gz'],
    ...changes,
  };
}

/** For tests: a result whose artifacts are files in `directory`, named by content. */
export function testResult(
  directory: string,
  contents: Readonly<Record<string, string>>,
  changes: Partial<BuildDefinition> = {},
): BuiltResult {
  const definition = testDefinition(changes);
  const artifacts = Object.entries(contents).map(([path, content]) => {
    const sha256 = sha256Hex(content);
    writeFileSync(join(directory, sha256), content);
    return { path, sha256, size: Buffer.byteLength(content), executable: false };
  });
  return {
    key: `${definition.project}@${definition.target}`,
    buildId: buildId(definition),
    definition,
    artifacts,
    artifactPath: (sha256) => join(directory, sha256),
    readProvenance: () => undefined,
  };
}

/** For tests: a key that is the same in every run. */
export function testKey(name: string): PrivateKey {
  return new PrivateKey(Buffer.from(sha256Hex(`test key ${name}`), 'hex'));
}

/** For tests: a claim signed by `testKey(signer)`. */
export function signedBy(signer: string, claim: ResultClaim): Envelope {
  return signEnvelope(STATEMENT_PAYLOAD_TYPE, resultClaimPayload(claim), testKey(signer));
}

/** For tests: the text of a policy over signers whose keys are `testKey(name)`. */
export function testPolicyText(names: readonly string[], more = ''): string {
  const signers = names.map((name) => `  ${name}: ${formatPublicKey(testKey(name).publicKey)}\n`);
  return `policy: 1\nthreshold: 2\n${more}signers:\n${signers.join('')}`;
}

/** For tests: a directory that is removed when the scope ends. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'selfsame-record-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
