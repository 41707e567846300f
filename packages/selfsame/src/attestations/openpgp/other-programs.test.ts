import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMessage, reformatKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { dearmor } from '../../download/openpgp/armor.js';
import { corpora, hasProgram, newOpenPgpKey, testFolder } from '../testing.js';
import { readCertificates } from './certificates.js';
import { judgeDetached } from './judge-signature.js';

// Other programs cannot be told the time, so that all here is judged as of now, and keys do not expire soon.
const now = () => Math.floor(Date.now() / 1000) + 60;
const programs = ['gpgv', 'sqv'].filter(hasProgram);
const data = Buffer.from('what is signed\n');

async function detached(key: PrivateKey, over: Uint8Array = data): Promise<Buffer> {
  const message = await createMessage({ binary: over });
  const date = new Date(Date.now() - 3_600_000);
  return Buffer.from(
    (await sign({ message, signingKeys: key, detached: true, format: 'binary', date })) as never,
  );
}

describe.runIf(programs.length > 0)('gpgv and sqv, where one is installed, say the same', () => {
  const old = { date: new Date('2020-01-01') };
  const cases: readonly [string, () => Promise<{ key: PrivateKey; signature: Buffer }>][] = [
    [
      'of a good signature',
      async () => {
        const key = await newOpenPgpKey(old);
        return { key, signature: await detached(key) };
      },
    ],
    [
      'of one by a subkey',
      async () => {
        const key = await newOpenPgpKey({ ...old, subkeys: [{ sign: true }] });
        return { key, signature: await detached(key) };
      },
    ],
    [
      'of one by an RSA key',
      async () => {
        const key = await newOpenPgpKey({ ...old, type: 'rsa', rsaBits: 2048 });
        return { key, signature: await detached(key) };
      },
    ],
    [
      'of one over something else',
      async () => {
        const key = await newOpenPgpKey(old);
        return { key, signature: await detached(key, Buffer.from('other')) };
      },
    ],
    [
      'of one by a key that is not there',
      async () => ({
        key: await newOpenPgpKey(old),
        signature: await detached(await newOpenPgpKey(old)),
      }),
    ],
    [
      'of half a signature',
      async () => {
        const key = await newOpenPgpKey(old);
        return { key, signature: (await detached(key)).subarray(0, 40) };
      },
    ],
    [
      'of one by a key whose certificate says that it expired before',
      async () => {
        const key = await newOpenPgpKey(old);
        const userIDs = [{ name: 'tester' }];
        const short = { privateKey: key, userIDs, keyExpirationTime: 86_400, ...old };
        const { privateKey } = await reformatKey({ ...short, format: 'object' });
        return { key: privateKey, signature: await detached(key) };
      },
    ],
  ];
  it.each(cases)('%s', async (name, make) => {
    const { key, signature } = await make();
    using folder = testFolder();
    const ring = folder.write('ring.gpg', key.toPublic().write());
    const [file, sig] = [folder.write('data', data), folder.write('data.sig', signature)];
    const { certificates } = await readCertificates([readFileSync(ring)]);
    const [judged] = await judgeDetached(data, signature, certificates, now());
    for (const program of programs) {
      // gpgv tells expired keys by its status lines only.
      const args = [...(program === 'gpgv' ? ['--status-fd', '1'] : []), '--keyring', ring];
      const { status, stdout } = spawnSync(program, [...args, sig, file]);
      const isGood = status === 0 && !/^\[GNUPG:\] EXPKEYSIG/m.test(stdout.toString());
      expect({ program, name, isGood }).toEqual({
        program,
        name,
        isGood: judged?.state === 'valid',
      });
    }
  });
});

const isHere = existsSync(corpora) && programs.includes('gpgv');

describe.runIf(isHere)(
  `gpgv, over real signatures (skipped unless it is installed and they are at ${corpora})`,
  () => {
    it('agrees on whose they are and what was altered, and calls nothing bad that counts here', async () => {
      const keys = join(corpora, 'guix.sigs/builder-keys');
      const rings = readdirSync(keys).map((name) => readFileSync(join(keys, name)));
      const { certificates } = await readCertificates(rings);
      using folder = testFolder();
      const ring = folder.write(
        'ring.gpg',
        Buffer.concat(rings.flatMap((one) => dearmor(one) ?? [])),
      );
      const release = join(corpora, 'guix.sigs/26.0rc1');
      let compared = 0;
      for (const signer of readdirSync(release)) {
        const file = join(release, signer, 'noncodesigned.SHA256SUMS');
        if (!existsSync(`${file}.asc`)) continue;
        const { stdout } = spawnSync('gpgv', [
          '--status-fd',
          '1',
          '--keyring',
          ring,
          `${file}.asc`,
          file,
        ]);
        const said = stdout.toString();
        const signature = readFileSync(`${file}.asc`);
        const [judged] = await judgeDetached(readFileSync(file), signature, certificates, now());
        const [altered] = await judgeDetached(Buffer.from('x'), signature, certificates, now());
        expect(judged?.state === 'unknown-key').toBe(said.includes('NO_PUBKEY'));
        if (judged?.state === 'valid') expect(said).toMatch(/^\[GNUPG:\] GOODSIG/m);
        if (judged?.state === 'expired-now') expect(said).toMatch(/^\[GNUPG:\] EXPKEYSIG/m);
        expect(['bad', 'unknown-key']).toContain(altered?.state);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(10);
    });
  },
);
