import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSigner } from '../testing-keys.js';
import type { TestSigner } from '../testing-keys.js';
import { dearmor } from './armor.js';
import { verifyClearSignedInProcess, verifyDetachedInProcess } from './in-process.js';
import { readStatus } from './status.js';
import type { SignatureVerdict } from './verdict.js';
import { verifyClearSigned, verifyDetached } from './verify.js';

const data = Buffer.from('what is signed\n');
let alice: TestSigner;
let bob: TestSigner;
let past: TestSigner;

beforeAll(async () => {
  [alice, bob, past] = await Promise.all([
    testSigner('alice'),
    testSigner('bob'),
    testSigner('past', { expires: '20200601T000000', fakeTime: '20200101T000000' }),
  ]);
});
afterAll(async () => {
  for (const signer of [alice, bob, past]) await signer[Symbol.asyncDispose]();
});

interface Case {
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyring: Uint8Array;
}

/** The same question to both engines. */
const engines: readonly [string, (input: Case) => Promise<SignatureVerdict>][] = [
  ['gpgv', (input) => verifyDetached(input)],
  [
    'openpgp.js',
    async (input) => {
      const signature = dearmor(input.signature);
      const keyring = dearmor(input.keyring);
      if (signature === undefined || keyring === undefined) return { result: 'bad', reason: '' };
      return await verifyDetachedInProcess(input.data, signature, keyring);
    },
  ],
];

describe.each(engines)('a detached signature, by %s', (_, verify) => {
  it('is valid by a key of the keyring, armored or not', async () => {
    const signature = await alice.sign(data);
    for (const keyring of [alice.binary, Buffer.from(alice.armored + bob.armored)]) {
      expect(await verify({ data, signature, keyring })).toMatchObject({
        result: 'valid',
        fingerprint: alice.fingerprint,
      });
    }
    const binary = dearmor(signature) ?? Buffer.alloc(0);
    expect(await verify({ data, signature: binary, keyring: alice.binary })).toMatchObject({
      result: 'valid',
    });
  });

  it('is bad for other data', async () => {
    const signature = await alice.sign('other');
    expect(await verify({ data, signature, keyring: alice.binary })).toMatchObject({
      result: 'bad',
    });
  });

  it('is of no worth by a key that is not in the keyring', async () => {
    const signature = await bob.sign(data);
    expect(await verify({ data, signature, keyring: alice.binary })).toMatchObject({
      result: 'unknown-key',
    });
  });

  it('is expired when its key is', async () => {
    const signature = await past.sign(data);
    expect(await verify({ data, signature, keyring: past.binary })).toMatchObject({
      result: 'expired',
      fingerprint: past.fingerprint,
      keyExpired: Date.UTC(2020, 5, 1) / 1000,
    });
  });

  it('is too weak with SHA-1', async () => {
    const signature = await alice.sign(data, ['--digest-algo', 'SHA1']);
    expect(await verify({ data, signature, keyring: alice.binary })).toMatchObject({
      result: 'weak',
    });
  });

  it('is bad when it is no signature', async () => {
    const nonsense = Buffer.from(
      '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n',
    );
    for (const signature of [Buffer.from('x'), Buffer.alloc(0), nonsense]) {
      expect(await verify({ data, signature, keyring: alice.binary })).toMatchObject({
        result: 'bad',
      });
    }
    expect(
      await verify({ data, signature: await alice.sign(data), keyring: Buffer.from('no keys') }),
    ).toMatchObject({ result: 'bad' });
  });

  it('is revoked when its key is', async () => {
    await using signer = await testSigner('revoked');
    const signature = await signer.sign(data);
    const keyring = await signer.revoke();
    expect(await verify({ data, signature, keyring })).toMatchObject({ result: 'revoked' });
  });

  it('counts each of several signatures by itself', async () => {
    const join = async (...all: Promise<Buffer>[]): Promise<Buffer> =>
      Buffer.concat((await Promise.all(all)).map((one) => dearmor(one) ?? Buffer.alloc(0)));
    const both = await join(bob.sign(data), alice.sign(data));
    expect(await verify({ data, signature: both, keyring: alice.binary })).toMatchObject({
      result: 'valid',
      fingerprint: alice.fingerprint,
    });
    const wrong = await join(bob.sign(data), alice.sign('other'));
    expect(await verify({ data, signature: wrong, keyring: alice.binary })).toMatchObject({
      result: 'bad',
    });
  });
});

describe('a clear-signed message', () => {
  it('gives back what was signed, by both engines', async () => {
    const message = await alice.clearSign('Suite: a\n- dashed\n');
    const keyring = alice.binary;
    for (const result of [
      await verifyClearSigned(message, keyring),
      await verifyClearSignedInProcess(message, keyring),
    ]) {
      expect(result.verdict).toMatchObject({ result: 'valid' });
      expect(result.content?.toString()).toBe('Suite: a\n- dashed\n');
    }
  });

  it('is bad with anything outside the signed block', async () => {
    const message = (await alice.clearSign('a\n')).toString();
    for (const text of [`x\n${message}`, `${message}x\n`, message + message, `\n${message}`]) {
      const { verdict } = await verifyClearSigned(Buffer.from(text), alice.binary);
      expect(verdict.result).toBe('bad');
    }
  });
});

describe('readStatus', () => {
  it('does not let the facts of one signature vouch for another', () => {
    const fpr = 'A'.repeat(40);
    const valid = `[GNUPG:] VALIDSIG ${fpr} 2026-01-01 1767225600 0 4 0 22 8 00 ${fpr}`;
    const text = `[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG ${'A'.repeat(16)} x\n[GNUPG:] NEWSIG\n${valid}\n`;
    expect(readStatus(text).map((verdict) => verdict.result)).toEqual(['bad', 'bad']);
  });

  it('does not take a signature over a key for one over a document', () => {
    const fpr = 'A'.repeat(40);
    const text = [
      '[GNUPG:] NEWSIG',
      `[GNUPG:] GOODSIG ${'A'.repeat(16)} x`,
      `[GNUPG:] VALIDSIG ${fpr} 2026-01-01 1767225600 0 4 0 22 8 10 ${fpr}`,
    ].join('\n');
    expect(readStatus(text)).toMatchObject([{ result: 'weak' }]);
  });
});

describe('dearmor', () => {
  it('refuses damaged base64 instead of dropping bytes', () => {
    const text = '-----BEGIN PGP SIGNATURE-----\n\niQ*z\n-----END PGP SIGNATURE-----\n';
    expect(dearmor(Buffer.from(text))).toBeUndefined();
    expect(dearmor(Buffer.from('-----BEGIN PGP SIGNATURE-----\n\niQIz\n'))).toBeUndefined();
  });
});
