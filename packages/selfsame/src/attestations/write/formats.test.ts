import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { inTotoKeyIds, linkVotes, parseMetablock, sha256Hex } from '@selfsame/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivateKey } from '../../signing/private-key.js';
import { signMetablock, formatMetablock } from '../../signing/in-toto.js';
import { inTotoPublicKey } from '../in-toto-layout/layout-key.js';
import { layoutDocument } from '../in-toto-layout/layout.js';
import { readCertificates } from '../openpgp/certificates.js';
import { readVotes } from '../read-votes.js';
import { hasProgram, testFolder, testGpg } from '../testing.js';
import type { TestGpg } from '../testing.js';
import { publicHalf, signAs, signFormats } from './formats.js';
import type { SignFormat, Signer } from './formats.js';
import { openGpgKey } from './gpg.js';

const result = {
  build: { project: 'pigz', version: '2.8', target: 'default' },
  definition: sha256Hex('definition'),
  artifacts: [
    { path: 'bin/pigz', sha256: sha256Hex('program') },
    { path: 'pigz "2.8".tar.gz', sha256: sha256Hex('archive') },
  ],
};
const key = new PrivateKey(new Uint8Array(32).fill(7));
const alice: Signer = { name: 'alice', key };
const hasGpg = hasProgram('gpg');
const folder = testFolder();
const home = process.env['GNUPGHOME'];
let gpg: TestGpg | undefined;

beforeAll(() => {
  if (!hasGpg) return;
  gpg = testGpg(join(folder.path, 'gnupg'));
  process.env['GNUPGHOME'] = gpg.home;
});
afterAll(() => {
  gpg?.stop();
  if (home === undefined) delete process.env['GNUPGHOME'];
  else process.env['GNUPGHOME'] = home;
  folder[Symbol.dispose]();
});

const clock = () => Math.floor(Date.now() / 1000);

async function written(format: SignFormat, signer: Signer): Promise<readonly string[]> {
  const files = await signAs(format, result, signer);
  return files.map(({ path, content }) => folder.write(join(format, ...path), content));
}

async function bob(): Promise<Signer> {
  return { name: 'bob', key: await openGpgKey(gpg?.fingerprint ?? '', clock()) };
}

function run(program: string, args: readonly string[], input?: string | Buffer): number | null {
  return spawnSync(program, args, { input: input ?? '', cwd: folder.path }).status;
}

describe('what is signed for others comes back as a vote', () => {
  const kinds = Object.entries(signFormats).flatMap(([format, all]) =>
    all.map((kind): [SignFormat, string] => [format as SignFormat, kind]),
  );
  const ready = kinds.filter(([, kind]) => kind !== 'gpg' || hasGpg);
  it.each(ready)('%s by %s (by gpg where it is installed)', async (format, kind) => {
    const signer = kind === 'gpg' ? await bob() : alice;
    using own = testFolder();
    for (const { path, content } of await signAs(format, result, signer))
      own.write(join(...path), content);
    const exported = gpg?.run('--export') ?? Buffer.alloc(0);
    const { certificates } = await readCertificates(hasGpg ? [exported] : []);
    const { votes, others, notes } = await readVotes(own.path, {
      project: undefined,
      certificates,
      trustedRoot: undefined,
      at: clock() + 5,
      keys: [key.publicKey],
    });
    expect({ others, notes }).toEqual({ others: [], notes: [] });
    const expected = kind === 'gpg' ? `openpgp:${gpg?.fingerprint ?? ''}` : key.publicKey.id;
    for (const { vote } of votes) {
      expect(vote).toMatchObject({ signature: 'valid', key: expected });
      expect(vote.build.project).toBe('pigz');
    }
    const all = votes.flatMap(({ vote }) => vote.artifacts);
    if (format === 'rebuilderd') expect(votes).toHaveLength(2);
    else expect(votes).toHaveLength(1);
    const sorted = [...all].sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(sorted).toEqual(result.artifacts);
  });
});

describe('other programs verify it', () => {
  it.runIf(hasProgram('minisign'))('minisign', async () => {
    const [list = '', signature = ''] = await written('minisign', alice);
    const pub = folder.write('minisign.pub', `${publicHalf('minisign', alice) ?? ''}\n`);
    expect(run('minisign', ['-Vm', list, '-x', signature, '-p', pub])).toBe(0);
    folder.write('other', 'x');
    expect(run('minisign', ['-Vm', 'other', '-x', signature, '-p', pub])).not.toBe(0);
  });

  it.runIf(hasProgram('signify-openbsd'))('signify', async () => {
    const [list = '', signature = ''] = await written('signify', alice);
    const pub = folder.write('signify.pub', `${publicHalf('signify', alice) ?? ''}\n`);
    expect(run('signify-openbsd', ['-V', '-q', '-p', pub, '-x', signature, '-m', list])).toBe(0);
  });

  it.runIf(hasProgram('ssh-keygen'))('ssh-keygen', async () => {
    const [list = '', signature = ''] = await written('ssh', alice);
    const allowed = folder.write('allowed', `${publicHalf('ssh', alice) ?? ''}\n`);
    const args = ['-Y', 'verify', '-f', allowed, '-I', 'alice', '-n', 'file', '-s', signature];
    const { readFileSync } = await import('node:fs');
    expect(run('ssh-keygen', args, readFileSync(list))).toBe(0);
    expect(run('ssh-keygen', args, 'other')).not.toBe(0);
  });

  it.runIf(hasGpg)('gpg and gpgv, and sqv where it is there', async () => {
    const exported = folder.write('gpg.pub', gpg?.run('--export') ?? '');
    for (const format of ['guix', 'gitian', 'sha256sums'] as const) {
      const [document = '', signature = ''] = await written(format, await bob());
      expect(() => gpg?.run('--verify', signature, document)).not.toThrow();
      if (hasProgram('gpgv'))
        expect(run('gpgv', ['--keyring', exported, signature, document])).toBe(0);
      if (hasProgram('sqv'))
        expect(run('sqv', ['--keyring', exported, signature, document])).toBe(0);
    }
  });

  it.runIf(hasProgram('in-toto-verify'))('in-toto, with a layout by us', async () => {
    using own = testFolder();
    const [file] = await signAs('in-toto', result, alice);
    own.write(file?.path.at(-1) ?? '', file?.content ?? '');
    const [keyId] = inTotoKeyIds(key.publicKey);
    const layout = (products: readonly (readonly string[])[]) =>
      formatMetablock(
        signMetablock(
          layoutDocument({
            expires: clock() + 86_400,
            keys: [inTotoPublicKey(key.publicKey)],
            steps: [
              {
                name: 'default',
                threshold: 1,
                keyIds: [keyId],
                materials: [['ALLOW', '*']],
                products,
              },
            ],
          }),
          [key],
        ),
      );
    own.write(
      'good.layout',
      layout([
        ['ALLOW', '*pigz*'],
        ['DISALLOW', '*'],
      ]),
    );
    own.write(
      'bad.layout',
      layout([
        ['ALLOW', 'bin/*'],
        ['DISALLOW', '*'],
      ]),
    );
    own.write('key.pub', JSON.stringify(inTotoPublicKey(key.publicKey)));
    const verify = (name: string) =>
      spawnSync('in-toto-verify', ['-l', name, '-k', 'key.pub', '-t', 'ed25519'], {
        cwd: own.path,
      });
    expect(verify('good.layout').status).toBe(0);
    expect(verify('bad.layout').status).toBe(1);
  });

  it('what rebuilderd signs has the names that its clients look for', async () => {
    const files = await signAs('rebuilderd', result, alice);
    const [vote] = linkVotes(parseMetablock(String(files[0]?.content)), [key.publicKey]);
    expect(vote).toMatchObject({ signature: 'valid', outcome: 'reproduced' });
    expect(vote?.artifacts).toEqual([result.artifacts[0]]);
  });
});

describe('gpg', () => {
  it.runIf(hasGpg)('is told about keys that it does not have, by SIGN_PROGRAM', async () => {
    await expect(openGpgKey('nobody@nowhere', clock())).rejects.toMatchObject({
      code: 'SIGN_PROGRAM',
    });
    await expect(openGpgKey('--export-secret-keys', clock())).rejects.toMatchObject({
      code: 'SIGN_PROGRAM',
    });
  });

  it.runIf(hasGpg)('is not believed when its signature would not count', async () => {
    const past = await openGpgKey(gpg?.fingerprint ?? '', clock() - 10 * 86_400);
    await expect(past.sign(Buffer.from('x'), 'binary')).rejects.toMatchObject({
      code: 'SIGN_PROGRAM',
    });
  });
});
