import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Buffer as PageBuffer } from './buffer.js';
import * as page from './crypto.js';
import { settle } from './judge.js';
import { sha256, sha512 } from './sha2.js';

describe('digests', () => {
  it('are those of node:crypto, however the bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (parts) => {
        for (const [name, make] of [
          ['sha256', sha256],
          ['sha512', sha512],
        ] as const) {
          const ours = make();
          const theirs = createHash(name);
          for (const part of parts) {
            ours.update(part);
            theirs.update(part);
          }
          expect(Buffer.from(ours.digest()).toString('hex')).toBe(theirs.digest('hex'));
        }
      }),
      { numRuns: 200 },
    );
    for (let length = 50; length < 140; length += 1) {
      const data = new Uint8Array(length);
      expect(page.createHash('sha256').update(data).digest('hex')).toBe(
        createHash('sha256').update(data).digest('hex'),
      );
      expect(page.createHash('sha512').update(data).digest('hex')).toBe(
        createHash('sha512').update(data).digest('hex'),
      );
    }
  });
});

describe('bytes', () => {
  it('are read and written as Buffer does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
        for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
          const text = Buffer.from(a).toString(encoding);
          expect(PageBuffer.from(a).toString(encoding)).toBe(text);
          expect([...PageBuffer.from(text, encoding)]).toEqual([...a]);
        }
        expect(Math.sign(PageBuffer.compare(a, b))).toBe(Buffer.compare(a, b));
        expect([...PageBuffer.concat([a, b])]).toEqual([...Buffer.concat([a, b])]);
      }),
    );
  });
});

function pointOf(key: KeyObject) {
  const { kty = '', x = '', y = '' } = key.export({ format: 'jwk' });
  return { kty, x, y };
}

describe('signatures', () => {
  const message = Buffer.from('a message');
  const pairs = {
    ed25519: generateKeyPairSync('ed25519'),
    ec: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };

  it.each(['ed25519', 'ec', 'rsa'] as const)(
    'by %s are good or not as node:crypto says',
    async (kind) => {
      const { privateKey, publicKey } = pairs[kind];
      const der = publicKey.export({ format: 'der', type: 'spki' });
      const key =
        kind === 'rsa'
          ? page.createPublicKey({ key: der, format: 'der', type: 'spki' })
          : page.createPublicKey({ key: pointOf(publicKey), format: 'jwk' });
      expect([...key.export({ format: 'der', type: 'spki' })]).toEqual([...der]);
      const algorithm = kind === 'ed25519' ? null : 'sha256';
      for (let round = 0; round < 10; round += 1) {
        const signature = sign(algorithm, message, privateKey);
        const altered = Buffer.from(signature);
        altered[round + 4] = (altered[round + 4] ?? 0) ^ 1;
        const ask = (bytes: Uint8Array, about: Uint8Array = message) =>
          settle(() => page.verify(algorithm, about, key, bytes));
        expect(await ask(signature)).toBe(true);
        expect(await ask(altered)).toBe(false);
        expect(await ask(signature, Buffer.from('another'))).toBe(false);
      }
    },
  );

  it('in raw and PSS form are checked too', async () => {
    const ec = page.createPublicKey({ key: pointOf(pairs.ec.publicKey), format: 'jwk' });
    const raw = sign('sha256', message, { key: pairs.ec.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(
      await settle(() =>
        page.verify('sha256', message, { key: ec, dsaEncoding: 'ieee-p1363' }, raw),
      ),
    ).toBe(true);
    expect(await settle(() => page.verify('sha256', message, { key: ec }, raw))).toBe(false);
    const pkcs1 = pairs.rsa.publicKey.export({ format: 'der', type: 'pkcs1' });
    const rsa = page.createPublicKey({ key: pkcs1, format: 'der', type: 'pkcs1' });
    const padding = page.constants.RSA_PKCS1_PSS_PADDING;
    const pss = sign('sha256', message, { key: pairs.rsa.privateKey, padding, saltLength: 32 });
    expect(
      await settle(() =>
        page.verify('sha256', message, { key: rsa, padding, saltLength: 32 }, pss),
      ),
    ).toBe(true);
    expect(await settle(() => page.verify('sha256', message, rsa, pss))).toBe(false);
    expect([...rsa.export({ format: 'der', type: 'pkcs1' })]).toEqual([...pkcs1]);
    expect(rsa.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n });
  });

  it('have one spelling in DER', () => {
    const good = sign('sha256', message, pairs.ec.privateKey);
    expect(page.rawSignature(good)).toHaveLength(64);
    expect(page.rawSignature(Buffer.concat([good, Buffer.from([0])]))).toBeUndefined();
    expect(page.rawSignature(good.subarray(0, -1))).toBeUndefined();
    expect(page.rawSignature(Buffer.from('3006020200010201', 'hex'))).toBeUndefined();
  });

  it('that are asked about on the way decide only when all were checked', async () => {
    const { publicKey, privateKey } = pairs.ed25519;
    const key = page.createPublicKey({ key: pointOf(publicKey), format: 'jwk' });
    const bad = new Uint8Array(64);
    const good = sign(null, message, privateKey);
    const seen: boolean[] = [];
    const result = await settle(() => {
      const first = page.verify(null, message, key, bad);
      seen.push(first);
      return first ? 'forged' : page.verify(null, message, key, good) ? 'second' : 'none';
    });
    expect(result).toBe('second');
    expect(seen[0]).toBe(true);
    await expect(
      settle(() => {
        throw new TypeError('refused');
      }),
    ).rejects.toThrow('refused');
  });
});
