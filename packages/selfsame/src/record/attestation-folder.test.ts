import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex, type BuildName, type ResultClaim } from '@selfsame/verify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEnvelope } from '../signing/envelope.js';
import {
  folderLimits,
  listBuilds,
  readBuildAttestations,
  writeAttestation,
} from './attestation-folder.js';
import { attestationPath, decodePathComponent, encodePathComponent } from './attestation-path.js';
import { signedBy, temporaryDirectory, testKey } from './testing.js';

const build: BuildName = { project: 'pigz', version: '2.8', target: 'default' };
const claim: ResultClaim = {
  build,
  definition: sha256Hex('definition'),
  outcome: 'built',
  artifacts: [{ path: 'x', sha256: sha256Hex('x') }],
};

/** Every file below a directory, with its content. */
function files(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(directory.length + 1)] = readFileSync(path, 'utf8');
  }
  return found;
}

describe('path components', () => {
  it('give every name back, and nothing in them leaves or hides', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 25 }), (name) => {
        const component = encodePathComponent(name);
        expect(component).toMatch(/^[A-Za-z0-9_+~%-][A-Za-z0-9_+~%.-]*$/);
        expect(decodePathComponent(component)).toBe(name);
      }),
      { examples: [['..'], ['.'], ['../../etc'], ['a/b'], ['1:2.8-1'], ['%2e'], ['\0'], ['é']] },
    );
  });

  it('leave ordinary names as they are', () => {
    for (const name of ['zlib', '1.3.dfsg+really1.3.1-1', '2.8~rc1', 'linux-amd64', '_x']) {
      expect(encodePathComponent(name)).toBe(name);
    }
    expect(encodePathComponent('1:2.8')).toBe('1%3A2.8');
  });

  it('are refused for names that fit no directory', () => {
    for (const name of ['', 'x'.repeat(256), 'é'.repeat(50)]) {
      expect(() => encodePathComponent(name)).toThrow(
        expect.objectContaining({ code: 'CLAIM_NAME' }) as Error,
      );
    }
  });

  it.each(['', '.', '..', '.git', '%2', '%2f', '%41', 'a b', 'a/b', '%FF', 'x%00%'])(
    'are not %j',
    (component) => {
      expect(decodePathComponent(component)).toBeUndefined();
    },
  );
});

describe('attestationPath', () => {
  it('is one file for each signature, below one directory for each build', () => {
    const payload = sha256Hex('p');
    const key = sha256Hex('k');
    expect(attestationPath(build, payload, key)).toBe(
      `pigz/2.8/default/${payload}/${key}.dsse.json`,
    );
    expect(attestationPath({ ...build, project: '../..', version: '1/2' }, payload, key)).toBe(
      `%2E.%2F../1%2F2/default/${payload}/${key}.dsse.json`,
    );
    expect(() => attestationPath(build, payload, '../x')).toThrow(TypeError);
  });
});

describe('an attestations folder', () => {
  it('holds the same files whoever writes first, and writing again changes nothing', async () => {
    using a = temporaryDirectory();
    using b = temporaryDirectory();
    for (const signer of ['alice', 'bob'])
      await writeAttestation(a.path, build, signedBy(signer, claim));
    for (const signer of ['bob', 'alice', 'bob']) {
      await writeAttestation(b.path, build, signedBy(signer, claim));
    }
    expect(files(a.path)).toEqual(files(b.path));
    expect(Object.keys(files(a.path))).toHaveLength(2);
    const again = await writeAttestation(a.path, build, signedBy('alice', claim));
    expect(again.outcome).toBe('unchanged');
    const path = join(a.path, again.path);
    writeFileSync(path, readFileSync(path, 'utf8').replace('\n', '\r\n'));
    expect((await writeAttestation(a.path, build, signedBy('alice', claim))).outcome).toBe(
      'replaced',
    );
    expect(files(a.path)).toEqual(files(b.path));
  });

  it('gives back what was written', async () => {
    using folder = temporaryDirectory();
    const odd: BuildName = { project: 'p', version: '1:2/3', target: '..' };
    for (const name of [build, odd]) {
      await writeAttestation(folder.path, name, signedBy('alice', { ...claim, build: name }));
    }
    const listed = await listBuilds(folder.path);
    expect(listed).toEqual({ builds: [odd, build], unusable: [] });
    const read = await readBuildAttestations(folder.path, odd);
    expect(read.envelopes.map(formatEnvelope)).toEqual([
      formatEnvelope(signedBy('alice', { ...claim, build: odd })),
    ]);
    expect(read.unusable).toEqual([]);
  });

  it('that does not exist is empty', async () => {
    expect(await listBuilds('/nonexistent/attestations')).toEqual({ builds: [], unusable: [] });
    const read = await readBuildAttestations('/nonexistent/attestations', build);
    expect(read.envelopes).toEqual([]);
  });

  it('reports junk and does not count it', async () => {
    using folder = temporaryDirectory();
    const { path } = await writeAttestation(folder.path, build, signedBy('alice', claim));
    const directory = join(folder.path, dirname(path));
    const good = readFileSync(join(folder.path, path), 'utf8');
    const junk = {
      '404.dsse.json': '<!DOCTYPE html><title>404</title>',
      'cut.dsse.json': good.slice(0, 100),
      'empty.dsse.json': '',
      'twice.dsse.json': good.replace('{', '{"payload":"",'),
      'other.json': '{}',
    };
    for (const [name, content] of Object.entries(junk))
      writeFileSync(join(directory, name), content);
    writeFileSync(join(directory, 'README.md'), 'notes are not attestations');
    writeFileSync(join(directory, '.draft.tmp'), 'cut');
    symlinkSync(join(folder.path, path), join(directory, 'link.dsse.json'));
    mkdirSync(join(directory, 'deep', 'deeper'), { recursive: true });
    writeFileSync(join(directory, 'deep', 'deeper', 'x.dsse.json'), good);
    const read = await readBuildAttestations(folder.path, build);
    expect(read.envelopes).toHaveLength(1);
    expect(read.unusable.map((file) => file.path.replace(/.*\//, '')).sort()).toEqual([
      '404.dsse.json',
      'cut.dsse.json',
      'deep',
      'empty.dsse.json',
      'link.dsse.json',
      'other.json',
      'twice.dsse.json',
    ]);
  });

  it('reads files that a checkout gave other line ends', async () => {
    using folder = temporaryDirectory();
    const { path } = await writeAttestation(folder.path, build, signedBy('alice', claim));
    const file = join(folder.path, path);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    const read = await readBuildAttestations(folder.path, build);
    expect(read.envelopes[0]).toEqual(signedBy('alice', claim));
  });

  it('is not followed out of itself by links', async () => {
    using folder = temporaryDirectory();
    using elsewhere = temporaryDirectory();
    await writeAttestation(elsewhere.path, build, signedBy('alice', claim));
    symlinkSync(join(elsewhere.path, 'pigz'), join(folder.path, 'pigz'));
    expect((await listBuilds(folder.path)).builds).toEqual([]);
    expect((await readBuildAttestations(folder.path, build)).envelopes).toEqual([]);
    mkdirSync(join(folder.path, 'zlib', '1'), { recursive: true });
    symlinkSync(
      join(elsewhere.path, 'pigz', '2.8', 'default'),
      join(folder.path, 'zlib/1/default'),
    );
    const zlib = { project: 'zlib', version: '1', target: 'default' };
    expect((await readBuildAttestations(folder.path, zlib)).envelopes).toEqual([]);
  });

  it('may itself be a link', async () => {
    using folder = temporaryDirectory();
    await writeAttestation(join(folder.path, 'real'), build, signedBy('alice', claim));
    const link = join(folder.path, 'link');
    symlinkSync('real', link);
    expect((await listBuilds(link)).builds).toEqual([build]);
    expect((await readBuildAttestations(link, build)).envelopes).toHaveLength(1);
  });

  it('that cannot be read is an error, never an empty one', async () => {
    using folder = temporaryDirectory();
    const loop = join(folder.path, 'loop');
    symlinkSync('loop', loop);
    const refused = expect.objectContaining({ code: 'ATTESTATION_READ' }) as Error;
    await expect(listBuilds(loop)).rejects.toThrow(refused);
    await expect(readBuildAttestations(loop, build)).rejects.toThrow(refused);
  });

  it('names directories that belong to no build', async () => {
    using folder = temporaryDirectory();
    mkdirSync(join(folder.path, 'has blanks', '1', 'x'), { recursive: true });
    mkdirSync(join(folder.path, '.git'));
    const listed = await listBuilds(folder.path);
    expect(listed.builds).toEqual([]);
    expect(listed.unusable.map(({ path }) => path)).toEqual(['.git', 'has blanks']);
  });

  it('is refused as a whole beyond the limits, since a part could hide dissent', async () => {
    using folder = temporaryDirectory();
    for (const signer of ['alice', 'bob', 'carol']) {
      await writeAttestation(folder.path, build, signedBy(signer, claim));
    }
    const refused = expect.objectContaining({ code: 'ATTESTATION_LIMIT' }) as Error;
    const read = (limits: Partial<typeof folderLimits>) =>
      readBuildAttestations(folder.path, build, { ...folderLimits, ...limits });
    await expect(read({ files: 3 })).rejects.toThrow(refused);
    await expect(read({ totalBytes: 1000 })).rejects.toThrow(refused);
    await expect(read({ files: 4 })).resolves.toMatchObject({ unusable: [] });
    expect((await read({ fileBytes: 100 })).unusable).toHaveLength(3);
    await expect(listBuilds(folder.path, { ...folderLimits, builds: 0 })).rejects.toThrow(refused);
  });

  it('names files after the key that signs', async () => {
    using folder = temporaryDirectory();
    const { path } = await writeAttestation(folder.path, build, signedBy('alice', claim));
    expect(path).toContain(`/${testKey('alice').publicKey.id}.dsse.json`);
  });
});
