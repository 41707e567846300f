import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { DebianArchive } from '../../download/debian-archive.js';
import type { TestSigner } from '../../download/testing-keys.js';
import type { InputTestContext } from '../testing.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A source package for tests: the .dsc is made from the rest. */
export interface TestSource {
  readonly package: string;
  readonly version: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Changes the .dsc before it is listed. */
  readonly dsc?: (text: string) => string;
  /** Changes the index entry. */
  readonly entry?: (text: string) => string;
}

/** A small archive on disk with one suite, `teststable`, signed by `signer`. */
export async function testArchive(
  context: InputTestContext,
  signer: TestSigner,
  sources: readonly TestSource[],
): Promise<DebianArchive> {
  const root = join(context.directory, 'archive');
  const stanzas: string[] = [];
  for (const source of sources) {
    const directory = `pool/main/${source.package.slice(0, 1)}/${source.package}`;
    await mkdir(join(root, directory), { recursive: true });
    const lines = (all: Readonly<Record<string, Uint8Array>>): string =>
      Object.entries(all)
        .map(([name, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${name}`)
        .join('\n');
    const fields = `Source: ${source.package}\nVersion: ${source.version}\nChecksums-Sha256:\n${lines(source.files)}\n`;
    const dsc = (await signer.clearSign((source.dsc ?? String)(fields))).toString();
    const all = { ...source.files, [`${source.package}_${source.version}.dsc`]: Buffer.from(dsc) };
    for (const [name, bytes] of Object.entries(all))
      await writeFile(join(root, directory, name), bytes);
    const entry = `Package: ${source.package}\nVersion: ${source.version}\nDirectory: ${directory}\nChecksums-Sha256:\n${lines(all)}\n`;
    stanzas.push((source.entry ?? String)(entry));
  }
  const index = gzipSync(stanzas.join('\n'));
  const dists = join(root, 'dists', 'teststable');
  await mkdir(join(dists, 'main', 'source'), { recursive: true });
  await writeFile(join(dists, 'main', 'source', 'Sources.gz'), index);
  const release = `Suite: teststable\nCodename: teststable\nDate: Sat, 12 Sep 2026 07:55:41 UTC\nSHA256:\n ${sha256(index)} ${index.length} main/source/Sources.gz\n`;
  await writeFile(join(dists, 'InRelease'), await signer.clearSign(release));
  const keyring = join(context.directory, 'archive.gpg');
  await writeFile(keyring, signer.binary);
  const signedBy = { keyrings: [keyring], fingerprints: [], inline: undefined };
  return { uri: pathToFileURL(root).href, suites: ['teststable'], signedBy };
}
