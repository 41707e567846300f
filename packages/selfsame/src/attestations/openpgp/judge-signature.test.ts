import {
  config,
  createMessage,
  enums,
  generateKey,
  reformatKey,
  revokeKey,
  sign,
  SignaturePacket,
  createCleartextMessage,
} from 'openpgp';
import type { PrivateKey, PublicKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificates } from './certificates.js';
import { judgeClearSigned, judgeDetached } from './judge-signature.js';

const day = 86_400;
/** When the keys below were made, seconds since 1970. */
const made = 1_700_000_000;
const data = Buffer.from('hello\n');

let good: PrivateKey;
let other: PrivateKey;

beforeAll(async () => {
  [good, other] = await Promise.all([newKey(), newKey()]);
});

describe('judgeDetached', () => {
  it('knows a good signature, and by whom', async () => {
    const [judged] = await judge(await signedAt(good, made + day), [good], made + 2 * day);
    expect(judged).toEqual({
      state: 'valid',
      key: `openpgp:${good.getFingerprint()}`,
      created: made + day,
    });
  });

  it('gives the primary key of a signing subkey', async () => {
    const key = await newKey({ subkeys: [{ sign: true }] });
    const [judged] = await judge(await signedAt(key, made + day), [key], made + 2 * day);
    expect(judged).toMatchObject({ state: 'valid', key: `openpgp:${key.getFingerprint()}` });
  });

  it('tells expired when it was made from expired since, and from a key that did not exist', async () => {
    const key = await newKey({ keyExpirationTime: 10 * day });
    const late = await reformatKey({
      privateKey: key,
      userIDs: [{ name: 'x' }],
      keyExpirationTime: 10 * day,
      date: new Date(made * 1000),
      format: 'object',
    });
    const before = await signedAt(key, made + day);
    const state = async (at: number) => (await judge(before, [late.privateKey], at))[0]?.state;
    expect(await state(made + 2 * day)).toBe('valid');
    expect(await state(made + 10 * day - 1)).toBe('valid');
    expect(await state(made + 10 * day)).toBe('expired-now');
    // Made with a key that never expires and judged by the one that does: as if a clock had been turned.
    const forever = await newKey();
    const short = await reformatKey({
      privateKey: forever,
      userIDs: [{ name: 'x' }],
      keyExpirationTime: 5 * day,
      date: new Date((made + 1) * 1000),
      format: 'object',
    });
    const after = await signedAt(forever, made + 6 * day);
    expect((await judge(after, [short.privateKey], made + 7 * day))[0]?.state).toBe(
      'expired-at-signing',
    );
  });

  it('does not believe a signature from the future', async () => {
    const [judged] = await judge(await signedAt(good, made + 9 * day), [good], made + day);
    expect(judged?.state).toBe('unchecked');
  });

  it('attack 18: a revoked key is revoked for everything, a retired one for what it signs later', async () => {
    const [early, late] = [await signedAt(good, made + day), await signedAt(good, made + 5 * day)];
    const revoked = async (flag: enums.reasonForRevocation) =>
      (
        await revokeKey({
          key: good,
          reasonForRevocation: { flag },
          date: new Date((made + 3 * day) * 1000),
          format: 'object',
        })
      ).publicKey;
    const lost = await revoked(enums.reasonForRevocation.keyCompromised);
    expect((await judge(early, [lost], made + 9 * day))[0]?.state).toBe('revoked');
    const retired = await revoked(enums.reasonForRevocation.keyRetired);
    expect((await judge(early, [retired], made + 9 * day))[0]?.state).toBe('valid');
    expect((await judge(late, [retired], made + 9 * day))[0]?.state).toBe('revoked');
    // Nobody knew before.
    expect((await judge(early, [lost], made + 2 * day))[0]?.state).toBe('valid');
  });

  it('attack 19: a signature over other data is bad, and one by a key not at hand is unknown', async () => {
    const signature = await signedAt(good, made + day);
    const certificates = await certificatesOf([good]);
    const [changed] = await judgeDetached(
      Buffer.from('hullo\n'),
      signature,
      certificates,
      made + day,
    );
    expect(changed?.state).toBe('bad');
    const [unknown] = await judge(signature, [other], made + day);
    expect(unknown).toMatchObject({
      state: 'unknown-key',
      key: `openpgp:${good.getFingerprint()}`,
    });
    expect(unknown?.reason).toContain(good.getFingerprint());
  });

  it('attack 3: several signatures in one file are several results, of one key', async () => {
    const signature = Buffer.concat([
      await signedAt(good, made + day),
      await signedAt(good, made + 2 * day),
      await signedAt(other, made + day),
    ]);
    const judged = await judge(signature, [good, other], made + 3 * day);
    expect(judged.map(({ state }) => state)).toEqual(['valid', 'valid', 'valid']);
    expect(new Set(judged.map(({ key }) => key)).size).toBe(2);
  });

  it('attack 19: does not believe whoever adopts the signing key of another', async () => {
    const victim = await newKey({ subkeys: [{ sign: true }] });
    const thief = await newKey();
    const [subkey] = victim.toPublic().subkeys;
    const binding = Object.assign(new SignaturePacket(), {
      signatureType: enums.signature.subkeyBinding,
      publicKeyAlgorithm: thief.keyPacket.algorithm,
      hashAlgorithm: enums.hash.sha512,
      keyFlags: Uint8Array.of(enums.keyFlags.signData),
    });
    const bound = { key: thief.keyPacket, bind: subkey?.keyPacket };
    const date = new Date(made * 1000);
    // The library wants its configuration here but does not declare it.
    const sign = binding.sign.bind(binding) as (...values: readonly unknown[]) => Promise<void>;
    await sign(thief.keyPacket, bound, date, false, config);
    const packets = thief.toPublic().toPacketList();
    packets.push(subkey?.keyPacket as never, binding);
    const { certificates } = await readCertificates([packets.write()]);
    const signature = await signedAt(victim, made + day);
    const [judged] = await judgeDetached(data, signature, certificates, made + day);
    expect(judged).toMatchObject({
      state: 'bad',
      reason: 'the subkey does not say that it belongs to the primary key',
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['an error page', Buffer.from('<!DOCTYPE HTML>\n<h1>404</h1>')],
    ['half an armor', Buffer.from('-----BEGIN PGP SIGNATURE-----\n\niQ')],
    ['zeros', Buffer.alloc(100)],
  ])('calls %s malformed', async (_, bytes) => {
    expect((await judge(bytes, [good], made + day)).map(({ state }) => state)).toEqual([
      'malformed',
    ]);
  });

  it('takes a signature with any byte changed for anything but valid', async () => {
    const signature = await signedAt(good, made + day);
    const certificates = await certificatesOf([good]);
    for (let index = 0; index < signature.length; index++) {
      const copy = Buffer.from(signature);
      copy[index] = (copy[index] ?? 0) ^ 0x41;
      for (const one of await judgeDetached(data, copy, certificates, made + 2 * day)) {
        // What is not signed (§5.2.4: unhashed subpackets) may change; it names nobody else then.
        if (one.state === 'valid') expect(one.key).toBe(`openpgp:${good.getFingerprint()}`);
        else expect(one.reason).toBeTruthy();
      }
    }
  });
});

describe('judgeClearSigned', () => {
  const clear = async (text: string) =>
    Buffer.from(
      await sign({
        message: await createCleartextMessage({ text }),
        signingKeys: good,
        date: new Date((made + day) * 1000),
      }),
    );

  it('gives back what was signed, without the escapes', async () => {
    const document = await clear('Format: 1.0\n- dash\n--more\ntrailing  \n');
    const judged = await judgeClearSigned(document, await certificatesOf([good]), made + day);
    expect(judged.signatures).toMatchObject([{ state: 'valid' }]);
    expect(judged.content?.toString().trimEnd()).toBe('Format: 1.0\n- dash\n--more\ntrailing');
  });

  it.each([
    ['text before it', (text: string) => `x\n${text}`],
    ['text after it', (text: string) => `${text}x\n`],
    ['a form feed', (text: string) => text.replace('one', 'one\f')],
    ['an unescaped dash', (text: string) => text.replace('one', '-one')],
    ['a header nobody knows', (text: string) => text.replace('Hash:', 'Charset: x\nHash:')],
    ['two documents', (text: string) => text + text],
  ])('refuses %s', async (_, change) => {
    const document = change((await clear('one\ntwo')).toString());
    const judged = await judgeClearSigned(
      Buffer.from(document),
      await certificatesOf([good]),
      made + day,
    );
    expect(judged.signatures.map(({ state }) => state)).toEqual(['malformed']);
    expect(judged.content).toBeUndefined();
  });

  it('finds a changed word bad', async () => {
    const document = (await clear('one\ntwo')).toString().replace('two', 'ten');
    const judged = await judgeClearSigned(
      Buffer.from(document),
      await certificatesOf([good]),
      made + day,
    );
    expect(judged.signatures.map(({ state }) => state)).toEqual(['bad']);
  });
});

async function newKey(options: object = {}): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name: 'x' }],
    date: new Date(made * 1000),
    format: 'object',
    ...options,
  });
  return privateKey;
}

async function signedAt(key: PrivateKey, time: number): Promise<Buffer> {
  const signature = await sign({
    message: await createMessage({ binary: data }),
    signingKeys: key,
    detached: true,
    date: new Date(time * 1000),
    format: 'binary',
  });
  return Buffer.from(signature as Uint8Array);
}

async function certificatesOf(keys: readonly (PrivateKey | PublicKey)[]) {
  const bytes = keys.map((key) => Buffer.from((key.isPrivate() ? key.toPublic() : key).write()));
  return (await readCertificates(bytes)).certificates;
}

async function judge(signature: Uint8Array, keys: readonly (PrivateKey | PublicKey)[], at: number) {
  return await judgeDetached(data, signature, await certificatesOf(keys), at);
}
