// Vectors in packages of distributions, which conformance/vectors/run.sh fetches with apt: NIST's (CAVP, FIPS 186)
// and the Ed25519 reference implementation's. SELFSAME_VECTORS names the folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concatBytes } from './encoding/bytes.js';
import { VerifyError } from './errors.js';
import { parsePublicKey } from './keys/key-text.js';
import {
  p256PublicKey,
  publicKeyFromBytes,
  rsaPublicKey,
  verifySignature,
  type PublicKey,
  type SignatureScheme,
} from './keys/public-key.js';

const folder = join(process.env['SELFSAME_VECTORS'] ?? '', 'cryptography_vectors', 'asymmetric');
const text = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const hex = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'));

function accepts(
  makeKey: () => PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  scheme: SignatureScheme,
): boolean {
  try {
    return verifySignature(makeKey(), message, signature, scheme);
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}

/** The cases of a CAVP response file: `name = value` lines below `[section]` lines, a blank line after each. */
function cases(file: string): readonly Readonly<Record<string, string>>[] {
  const found: Record<string, string>[] = [];
  let section = '';
  let n = '';
  for (const block of file.replaceAll('\r', '').split(/\n\n+/)) {
    const fields: Record<string, string> = {};
    for (const line of block.split('\n')) {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [, name = '', value = ''] = /^(\w+) = (.*)$/.exec(line) ?? [];
      if (name !== '') fields[name] = value;
    }
    n = fields['n'] ?? n;
    if (fields['Result'] !== undefined) found.push({ section, n, ...fields });
  }
  return found;
}

/** The results that are not as the file says, and how many there are of each. */
function run(
  file: string,
  wanted: (fields: Readonly<Record<string, string>>) => boolean,
  verdict: (fields: Readonly<Record<string, string>>) => boolean,
) {
  const chosen = cases(file).filter(wanted);
  const good = chosen.filter(({ Result = '' }) => Result.startsWith('P')).length;
  const wrong = chosen.filter((fields) => verdict(fields) !== fields['Result']?.startsWith('P'));
  return { good, bad: chosen.length - good, wrong };
}

describe.skipIf(!existsSync(folder))('vectors of distribution packages', () => {
  it('Ed25519: each of 1024 signatures, and none with a bit changed', () => {
    const lines = text('Ed25519', 'sign.input').trim().split('\n');
    const wrong = lines.filter((line) => {
      const [, key = '', message = '', signed = ''] = line.split(':');
      const signature = hex(signed.slice(0, 128));
      const changed = Uint8Array.from(signature);
      changed[lines.indexOf(line) % 64] = (changed[lines.indexOf(line) % 64] ?? 0) ^ 1;
      const check = (bytes: Uint8Array) =>
        accepts(() => publicKeyFromBytes(hex(key)), hex(message), bytes, 'ed25519');
      return !check(signature) || check(changed);
    });
    expect(lines.length).toBe(1024);
    expect(wrong).toEqual([]);
  });

  it('ECDSA P-256 with SHA-256 (FIPS 186-3 SigVer)', () => {
    const result = run(
      text('ECDSA', 'FIPS_186-3', 'SigVer.rsp'),
      ({ section }) => section === 'P-256,SHA-256',
      ({ Qx = '', Qy = '', Msg = '', R = '', S = '' }) => {
        const point = () => p256PublicKey(concatBytes(hex('04'), hex(Qx), hex(Qy)));
        const signature = concatBytes(hex(R.padStart(64, '0')), hex(S.padStart(64, '0')));
        return accepts(point, hex(Msg), signature, 'ecdsa-p256-sha256-raw');
      },
    );
    expect(result.wrong).toEqual([]);
    expect(Math.min(result.good, result.bad)).toBeGreaterThan(2);
  });

  it.each([
    ['SigVer15_186-3.rsp', 'SHA256', 'rsa-pkcs1-sha256'],
    ['SigVer15_186-3.rsp', 'SHA512', 'rsa-pkcs1-sha512'],
  ] as const)('RSA, %s, %s', (name, hash, scheme) => {
    const result = run(
      text('RSA', 'FIPS_186-2', name),
      ({ section = '', SHAAlg }) => SHAAlg === hash && !/= (?:1024|1536)$/.test(section),
      ({ n = '', e = '', Msg = '', S = '' }) =>
        accepts(() => rsaPublicKey(hex(n), hex(e)), hex(Msg), hex(S), scheme),
    );
    expect(result.wrong).toEqual([]);
    expect(Math.min(result.good, result.bad)).toBeGreaterThan(5);
  });

  it('RSA keys below 2048 bits, and salts of other lengths than 32 bytes, are refused', () => {
    const short = run(
      text('RSA', 'FIPS_186-2', 'SigVer15_186-3.rsp'),
      ({ section = '', SHAAlg }) => SHAAlg === 'SHA256' && /= (?:1024|1536)$/.test(section),
      ({ n = '', e = '', Msg = '', S = '' }) =>
        accepts(() => rsaPublicKey(hex(n), hex(e)), hex(Msg), hex(S), 'rsa-pkcs1-sha256'),
    );
    const salted = run(
      text('RSA', 'FIPS_186-2', 'SigVerPSS_186-3.rsp'),
      ({ SHAAlg }) => SHAAlg === 'SHA256',
      ({ n = '', e = '', Msg = '', S = '' }) =>
        accepts(() => rsaPublicKey(hex(n), hex(e)), hex(Msg), hex(S), 'rsa-pss-sha256'),
    );
    for (const { good, wrong } of [short, salted]) {
      expect(good).toBeGreaterThan(2);
      expect(wrong).toHaveLength(good);
    }
  });

  it('an Ed25519 key as OpenSSL writes it', () => {
    expect(parsePublicKey(text('Ed25519', 'ed25519-pub.pem')).key.kind).toBe('ed25519');
  });
});
