// Sigstore's own conformance bundles, run where SELFSAME_VECTORS names a folder with clones of vectors
// (conformance/vectors/README.md). They are not part of this repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePublicKey, sha256Hex } from '@selfsame/verify';
import { codeOf } from '../testing-codes.js';
import { parseBundle } from './bundle.js';
import { parseTrustedRoot } from './trusted-root.js';
import { verifyBundle } from './verify-bundle.js';

const folder = process.env['SELFSAME_VECTORS'] ?? '';
const isThere = folder !== '' && existsSync(join(folder, 'sigstore-conformance'));

describe.skipIf(!isThere)('sigstore/sigstore-conformance', () => {
  const place = join(folder, 'sigstore-conformance', 'test', 'assets');
  const cases = isThere ? readdirSync(join(place, 'bundle-verify')) : [];
  const keyId =
    'sigstore:https://token.actions.githubusercontent.com https://github.com/sigstore-conformance/' +
    'extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
  /** Refused, loudly, for what is not read: older bundles, Rekor version 2, RFC 3161 timestamps. */
  const unsupported =
    /^happy-path-v0\.[12]$|^rekor2-|^bundle-with-sct-with|^trust-root-t|^intoto-with-custom/;
  it.each(cases.filter((name) => !name.endsWith('.md') && name !== 'a.txt'))('%s', (name) => {
    const own = (file: string, other: string) => {
      const path = join(place, 'bundle-verify', name, file);
      return readFileSync(existsSync(path) ? path : other);
    };
    const message = own('artifact', join(place, 'bundle-verify', 'a.txt'));
    const check = () => {
      const root = parseTrustedRoot(own('trusted_root.json', join(folder, 'trusted_root.json')));
      const keyFile = join(place, 'bundle-verify', name, 'key.pub');
      const key = existsSync(keyFile)
        ? parsePublicKey(readFileSync(keyFile, 'utf8')).key
        : undefined;
      const bundle = parseBundle(
        readFileSync(join(place, 'bundle-verify', name, 'bundle.sigstore.json')),
      );
      const now = 1_800_000_000;
      const verified = verifyBundle(bundle, { root, message, now, logs: 1, ...(key && { key }) });
      if (key === undefined && !existsSync(join(place, 'bundle-verify', name, 'identity'))) {
        expect(verified.signer.keyId).toBe(keyId);
      }
      if (verified.content.kind === 'envelope') {
        const statement = JSON.parse(Buffer.from(verified.content.payload).toString()) as {
          subject: { digest: { sha256: string } }[];
        };
        return statement.subject.some(({ digest }) => digest.sha256 === sha256Hex(message));
      }
      return true;
    };
    let isAboutFile = false;
    const code = codeOf(() => {
      isAboutFile = check();
    });
    const outcome = code === 'accepted' && !isAboutFile ? 'about another file' : code;
    const expected = unsupported.test(name) ? 'BUNDLE_UNSUPPORTED' : 'accepted';
    if (name.endsWith('_fail')) expect(outcome).not.toBe('accepted');
    else expect(outcome).toBe(expected);
  });
});
