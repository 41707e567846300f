import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  canonicalJson,
  encodeBase64,
  formatNote,
  leafHash,
  preAuthenticationEncoding,
  sha256Hex,
  treeHash,
} from '@selfsame/verify';

/** For tests: what an X.509 certificate shall say. Times are seconds since 1970. */
export interface TestCertificate {
  readonly name: string;
  readonly isAuthority: boolean;
  readonly since: number;
  readonly until: number;
  readonly identity?: string;
  readonly issuer?: string;
  /** Of a leaf code signing, unless said. Object identifier's contents in hexadecimal, as in `more`. */
  readonly usage?: string;
  readonly extraIdentity?: string;
  /** What kind of name the identity is: a URI, unless said. */
  readonly identityTag?: number;
  /** Extensions besides: object identifier and value. */
  readonly more?: readonly (readonly [id: string, value: Uint8Array])[];
}

/** For tests: a P-256 pair. */
export const testPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export type TestPair = ReturnType<typeof testPair>;

/** For tests: an element of DER. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...length), content]);
}
const oid = (hex: string) => der(6, Buffer.from(hex, 'hex'));
const nameOf = (name: string) =>
  der(0x30, der(0x31, der(0x30, oid('550403'), der(12, Buffer.from(name)))));
const timeOf = (time: number) =>
  der(0x18, Buffer.from(new Date(time * 1000).toISOString().replace(/[-:T]|\.000/g, '')));
const ECDSA_SHA256 = der(0x30, oid('2a8648ce3d040302'));
const extension = (id: string, value: Uint8Array) => der(0x30, oid(id), der(4, value));

/** For tests: a certificate (RFC 5280 §4.1) for a public key, signed by an authority. */
export function testCertificate(
  wanted: TestCertificate,
  key: KeyObject,
  authority: { readonly name: string; readonly key: KeyObject },
): Uint8Array {
  const uri = (identity: string) => der(wanted.identityTag ?? 0x86, Buffer.from(identity));
  const usage = wanted.usage ?? (wanted.isAuthority ? undefined : '2b06010505070303');
  const extensions = [
    extension('551d13', wanted.isAuthority ? der(0x30, der(1, Uint8Array.of(0xff))) : der(0x30)),
    ...(wanted.isAuthority ? [extension('551d0f', der(3, Uint8Array.of(1, 6)))] : []),
    ...(usage === undefined ? [] : [extension('551d25', der(0x30, oid(usage)))]),
    ...(wanted.identity === undefined
      ? []
      : [
          extension(
            '551d11',
            der(
              0x30,
              uri(wanted.identity),
              ...(wanted.extraIdentity === undefined ? [] : [uri(wanted.extraIdentity)]),
            ),
          ),
        ]),
    ...(wanted.issuer === undefined
      ? []
      : [extension('2b0601040183bf300108', der(12, Buffer.from(wanted.issuer)))]),
    ...(wanted.more ?? []).map(([id, value]) => extension(id, value)),
  ];
  const tbs = der(
    0x30,
    der(0xa0, der(2, Uint8Array.of(2))),
    der(2, Uint8Array.of(7)),
    ECDSA_SHA256,
    nameOf(authority.name),
    der(0x30, timeOf(wanted.since), timeOf(wanted.until)),
    nameOf(wanted.name),
    key.export({ format: 'der', type: 'spki' }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign('sha256', tbs, authority.key);
  return der(0x30, tbs, ECDSA_SHA256, der(3, Uint8Array.of(0), signature));
}

/** For tests: an authority with an intermediate certificate, a Rekor log, and the root that names them. */
export function testSigstore() {
  const [root, middle, log] = [testPair(), testPair(), testPair()];
  const long = { since: 1_600_000_000, until: 2_000_000_000, isAuthority: true };
  const rootCertificate = testCertificate({ ...long, name: 'root' }, root.publicKey, {
    name: 'root',
    key: root.privateKey,
  });
  const middleCertificate = testCertificate({ ...long, name: 'middle' }, middle.publicKey, {
    name: 'root',
    key: root.privateKey,
  });
  const logKey = log.publicKey.export({ format: 'der', type: 'spki' });
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      {
        certChain: {
          certificates: [middleCertificate, rootCertificate].map((raw) => ({
            rawBytes: encodeBase64(raw),
          })),
        },
        validFor,
      },
    ],
    tlogs: [
      {
        baseUrl: 'https://rekor.example',
        publicKey: {
          rawBytes: encodeBase64(logKey),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor,
        },
        logId: { keyId: createHash('sha256').update(logKey).digest('base64') },
      },
    ],
  };
  return { authority: { name: 'middle', key: middle.privateKey }, log, trustedRoot };
}
export type TestSigstore = ReturnType<typeof testSigstore>;

/** For tests: an entry of the log, third of four, for a body; and who says so in which tree's name. */
export function testEntry(
  { log, trustedRoot }: TestSigstore,
  body: unknown,
  integratedTime: number,
  { origin = 'rekor.example - 1234', signer = log.privateKey, hint = '' } = {},
) {
  const bytes = Buffer.from(canonicalJson(body));
  const leaves = ['a', 'b', '', 'd'].map((text) =>
    leafHash(text === '' ? bytes : Buffer.from(text)),
  );
  const root = treeHash(leaves);
  const logId = trustedRoot.tlogs[0]?.logId.keyId ?? '';
  const text = `${origin}\n4\n${encodeBase64(root)}\n`;
  const signature = sign('sha256', Buffer.from(text), signer);
  const keyId = Buffer.from(logId, 'base64').toString('hex');
  const envelope = formatNote({
    text,
    signatures: [{ name: 'rekor.example', keyId: hint || keyId.slice(0, 8), signature }],
  });
  const promised = canonicalJson({
    body: encodeBase64(bytes),
    integratedTime,
    logID: keyId,
    logIndex: 42,
  });
  return {
    logIndex: '42',
    logId: { keyId: logId },
    kindVersion: { kind: 'x', version: '0.0.1' },
    integratedTime: String(integratedTime),
    inclusionPromise: {
      signedEntryTimestamp: sign('sha256', Buffer.from(promised), log.privateKey).toString(
        'base64',
      ),
    },
    inclusionProof: {
      logIndex: '2',
      treeSize: '4',
      rootHash: encodeBase64(root),
      hashes: [leaves[3] as Uint8Array, treeHash(leaves.slice(0, 2))].map(encodeBase64),
      checkpoint: { envelope },
    },
    canonicalizedBody: encodeBase64(bytes),
  };
}

/** For tests: the body of a `hashedrekord` entry. @param pem of the certificate or key. */
export function hashedRekord(signed: Uint8Array, signature: Uint8Array, pem: string) {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256Hex(signed) } },
      signature: {
        content: encodeBase64(signature),
        publicKey: { content: encodeBase64(Buffer.from(pem)) },
      },
    },
  };
}

/** For tests: the body of a `dsse` entry. */
export function dsseEntry(payload: Uint8Array, signature: Uint8Array, pem: string) {
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: sha256Hex(payload) },
      signatures: [
        { signature: encodeBase64(signature), verifier: encodeBase64(Buffer.from(pem)) },
      ],
    },
  };
}

/** For tests: PEM of a certificate or public key. */
export function pemOf(label: 'CERTIFICATE' | 'PUBLIC KEY', bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** For tests: an envelope as bundles hold it, and its signature. */
export function testEnvelope(payloadType: string, payload: Uint8Array, key: KeyObject) {
  const signature = sign('sha256', preAuthenticationEncoding(payloadType, payload), key);
  const envelope = {
    payload: encodeBase64(payload),
    payloadType,
    signatures: [{ sig: encodeBase64(signature) }],
  };
  return { signature, envelope };
}
