import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { createCleartextMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { makeDeb } from '../testing.js';
import type { DebContents } from '../testing.js';

/** For tests only: a signed Debian archive in a directory, as apt and our own reader take it. */
export interface TestArchive {
  /** `file:` URI of its root. */
  readonly uri: string;
  /** Its directory, absolute. */
  readonly root: string;
  /** Armored public key that signs it. */
  readonly keyring: string;
  /** Fingerprint of that key, upper case. */
  readonly fingerprint: string;
  /** Puts a suite in place of what it had. */
  publish(suite: string, packages: readonly DebContents[], options?: PublishOptions): Promise<void>;
}

export interface PublishOptions {
  /** Seconds since 1970. */
  readonly date?: number;
  readonly validUntil?: number;
  /** Called with the text of InRelease before it is written. */
  readonly tamper?: (inRelease: string) => string;
}

export async function testArchive(directory: string): Promise<TestArchive> {
  const root = join(directory, 'archive');
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name: 'Test archive' }],
    type: 'ecc',
    curve: 'ed25519Legacy',
    format: 'armored',
    date: new Date(1_600_000_000_000),
  });
  const key = await readPrivateKey({ armoredKey: privateKey });
  mkdirSync(root, { recursive: true });
  const keyring = join(directory, 'archive.asc');
  writeFileSync(keyring, publicKey);
  let generation = 0;
  return {
    uri: `file:${encodeURI(root)}`,
    root,
    keyring,
    fingerprint: key.getFingerprint().toUpperCase(),
    async publish(suite, packages, options = {}) {
      const stanzas = packages.map((contents) =>
        indexEntry(directory, root, contents, ++generation),
      );
      const release = releaseFile(root, suite, `${stanzas.join('\n\n')}\n`, options);
      const message = await createCleartextMessage({ text: release });
      const signed = await sign({ message, signingKeys: key, date: new Date(1_650_000_000_000) });
      writeFileSync(join(root, 'dists', suite, 'InRelease'), options.tamper?.(signed) ?? signed);
    },
  };
}

function indexEntry(
  directory: string,
  root: string,
  contents: DebContents,
  generation: number,
): string {
  const work = join(directory, `work-${generation}`);
  const pool = join(root, 'pool/main');
  mkdirSync(work, { recursive: true });
  mkdirSync(pool, { recursive: true });
  const { file, sha256, size } = makeDeb(work, contents);
  const path = join(pool, basename(file));
  writeFileSync(path, readFileSync(file));
  const control = execFileSync('dpkg-deb', ['-f', file], { encoding: 'utf8' }).trim();
  return `${control}\nFilename: pool/main/${basename(file)}\nSize: ${size}\nSHA256: ${sha256}`;
}

function releaseFile(root: string, suite: string, index: string, options: PublishOptions): string {
  const rfc = (seconds: number): string =>
    new Date(seconds * 1000).toUTCString().replace('GMT', 'UTC');
  const directory = join(root, 'dists', suite);
  mkdirSync(join(directory, 'main/binary-amd64'), { recursive: true });
  writeFileSync(join(directory, 'main/binary-amd64/Packages'), index);
  const { size } = statSync(join(directory, 'main/binary-amd64/Packages'));
  const sha256 = createHash('sha256').update(index).digest('hex');
  return [
    'Origin: Debian',
    'Label: Debian',
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Date: ${rfc(options.date ?? 1_700_000_000)}`,
    ...(options.validUntil === undefined ? [] : [`Valid-Until: ${rfc(options.validUntil)}`]),
    'Architectures: amd64',
    'Components: main',
    'SHA256:',
    ` ${sha256} ${size} main/binary-amd64/Packages`,
  ].join('\n');
}
