// What packages/verify uses of node:crypto, for browsers. Put in its place by the bundler.
import { Buffer } from './buffer.js';
import { readPkcs1, readRsaSpki, type RsaKey } from './rsa-key.js';
import { sha256, sha512 } from './sha2.js';

export const constants = { RSA_PKCS1_PSS_PADDING: 6 } as const;

export function createHash(name: string) {
  const hash = name === 'sha256' ? sha256() : name === 'sha512' ? sha512() : undefined;
  if (hash === undefined) throw new TypeError(`no digest ${name} here`);
  const self = {
    update(data: string | Uint8Array) {
      hash.update(typeof data === 'string' ? new TextEncoder().encode(data) : data);
      return self;
    },
    digest(encoding?: 'hex' | 'base64') {
      const bytes = Buffer.from(hash.digest());
      return encoding === undefined ? bytes : bytes.toString(encoding);
    },
  };
  return self;
}

export function hash(name: string, data: string | Uint8Array, encoding: 'hex' | 'buffer') {
  const digest = createHash(name).update(data);
  return encoding === 'hex' ? digest.digest('hex') : digest.digest();
}

/** A public key. Whether it is one that can sign, the browser says when a signature is checked. */
export class KeyObject {
  readonly asymmetricKeyType: 'ed25519' | 'ec' | 'rsa';
  readonly asymmetricKeyDetails: {
    readonly modulusLength?: number;
    readonly publicExponent?: bigint;
  };
  readonly spki: Uint8Array;
  readonly #rsa: RsaKey | undefined;

  constructor(type: KeyObject['asymmetricKeyType'], spki: Uint8Array, rsa?: RsaKey) {
    this.asymmetricKeyType = type;
    this.asymmetricKeyDetails = rsa ?? {};
    this.spki = spki;
    this.#rsa = rsa;
  }

  export({ type, format }: { type?: string; format: string }) {
    if (format !== 'der') throw new TypeError('only DER here');
    return Buffer.from(type === 'pkcs1' ? (this.#rsa?.pkcs1 ?? []) : this.spki);
  }
}

/** SubjectPublicKeyInfo before the point: RFC 8410 §4, RFC 5480 §2. */
const ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const P256 = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

type PublicKeyInput =
  | { key: Uint8Array; format: 'der'; type: string }
  | { key: { kty: string; x?: string; y?: string }; format: 'jwk' };

export function createPublicKey(input: PublicKeyInput): KeyObject {
  if (input.format === 'jwk') {
    const { kty, x = '', y = '' } = input.key;
    const [type, prefix] = kty === 'EC' ? (['ec', P256] as const) : (['ed25519', ED25519] as const);
    const point = [x, y].map((text) => Buffer.from(text, 'base64url'));
    return new KeyObject(type, Uint8Array.from(Buffer.concat([prefix, ...point])));
  }
  if (input.type === 'pkcs1') {
    const rsa = readPkcs1(Uint8Array.from(input.key));
    return new KeyObject('rsa', rsa.spki, rsa);
  }
  const rsa = readRsaSpki(Uint8Array.from(input.key));
  return new KeyObject('rsa', rsa.spki, rsa);
}

type KeyInput =
  | KeyObject
  | { key: KeyObject; dsaEncoding?: 'der' | 'ieee-p1363'; padding?: number; saltLength?: number };

const answers = new Map<string, boolean>();
const asked = new Map<string, () => Promise<boolean>>();

/**
 * What is known of a signature. One that was not checked yet counts as good for now, and is asked about: what
 * comes of that is thrown away (judge.ts).
 */
export function verify(
  algorithm: string | null,
  message: Uint8Array,
  input: KeyInput,
  signature: Uint8Array,
): boolean {
  const options = input instanceof KeyObject ? { key: input } : input;
  const { key, dsaEncoding = 'der', padding = 0, saltLength = 0 } = options;
  const parts = [key.spki, message, signature].map((bytes) => {
    const hash = sha256();
    hash.update(bytes);
    return Buffer.from(hash.digest()).toString('hex');
  });
  const id = [algorithm, dsaEncoding, padding, saltLength, ...parts].join(' ');
  const known = answers.get(id);
  if (known !== undefined) return known;
  const copies = [Uint8Array.from(message), Uint8Array.from(signature)] as const;
  asked.set(id, () => check(algorithm, key, { dsaEncoding, padding, saltLength }, ...copies));
  return true;
}

/** Answers all that was asked. False when nothing was: then what was computed last rests on checked signatures alone. */
export async function answerQuestions(): Promise<boolean> {
  const questions = [...asked];
  asked.clear();
  await Promise.all(questions.map(async ([id, ask]) => answers.set(id, await ask())));
  return questions.length > 0;
}

async function check(
  algorithm: string | null,
  { asymmetricKeyType: kind, spki }: KeyObject,
  options: { dsaEncoding: 'der' | 'ieee-p1363'; padding: number; saltLength: number },
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const hash = algorithm === 'sha512' ? 'SHA-512' : 'SHA-256';
  const isPss = options.padding === constants.RSA_PKCS1_PSS_PADDING;
  const names = { ed25519: 'Ed25519', ec: 'ECDSA', rsa: isPss ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5' };
  const name = names[kind];
  const bytes =
    kind === 'ec' && options.dsaEncoding === 'der' ? rawSignature(signature) : signature;
  if (bytes === undefined) return false;
  let key: CryptoKey;
  try {
    const parameters = { name, hash, namedCurve: 'P-256' };
    key = await subtle.importKey('spki', Uint8Array.from(spki), parameters, false, ['verify']);
  } catch (error) {
    // A browser that can not check must not be taken for a signature that is wrong.
    if (error instanceof DOMException && error.name === 'NotSupportedError') throw error;
    return false;
  }
  const { saltLength } = options;
  return await subtle.verify({ name, hash, saltLength }, key, bytes, message);
}

/** (r, s) of P-256 out of DER (RFC 3279 §2.2.3) as 64 bytes; undefined for anything but the one spelling. */
export function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    const [first = 0x80, second = 0x80] = number;
    const isMinimal = first < 0x80 && (first !== 0 || number.length === 1 || second >= 0x80);
    if (der[at] !== 0x02 || number.length !== length || !isMinimal) return undefined;
    const digits = first === 0 ? number.subarray(1) : number;
    if (digits.length > 32) return undefined;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : undefined;
}

function notHere(): never {
  throw new TypeError('not in a browser');
}
export const createPrivateKey = notHere;
export const randomBytes = notHere;
export const sign = notHere;
/** Certificates are for Sigstore bundles, which evidence files do not hold. */
export class X509Certificate {
  constructor() {
    notHere();
  }
}
