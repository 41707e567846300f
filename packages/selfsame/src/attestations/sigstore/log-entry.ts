import { createHash } from 'node:crypto';
import {
  canonicalJsonBytes,
  decodeBase64,
  encodeBase64,
  leafHash,
  parseCheckpoint,
  parseJson,
  VerifyError,
  verifyInclusion,
  verifySignature,
} from '@selfsame/verify';
import type { JsonValue } from '@selfsame/verify';
import type { LogEntry } from './bundle.js';
import type { TrustedLog } from './trusted-root.js';
import { read, unsupported } from './fields.js';

/** What an entry must be about to count. */
interface LoggedSignature {
  /** The bytes that were signed: the message, or the envelope's pre-authentication encoding. */
  readonly signed: Uint8Array;
  /** For an envelope: its payload. */
  readonly payload: Uint8Array | undefined;
  readonly signature: Uint8Array;
  /** The certificate, or SubjectPublicKeyInfo of the key. */
  readonly verifier: Uint8Array;
}

/**
 * Checks that the log holds this entry, that the entry is about exactly this signature, key and artifact, and
 * that the log signed when it was logged. Throws `BUNDLE_INVALID`,
 * `BUNDLE_UNSUPPORTED`, `SIGNATURE_INVALID`, `CHECKPOINT_INVALID` or `PROOF_INVALID`.
 */
export function verifyLogEntry(entry: LogEntry, log: TrustedLog, logged: LoggedSignature): void {
  checkBody(entry.body, logged);
  const { index, size, root, hashes, checkpoint } = entry.proof;
  // Names are compared whole: a checkpoint of another log is not one of this.
  const own = checkpoint.signatures.filter(
    ({ name, keyId }) => name === log.name && keyId === log.id.slice(0, 8),
  );
  const text = Buffer.from(checkpoint.text);
  if (!own.some(({ signature }) => verifySignature(log.key, text, signature))) {
    throw new VerifyError('SIGNATURE_INVALID', `${log.name} did not sign the checkpoint`);
  }
  const head = parseCheckpoint(checkpoint.text);
  // Rekor version 1 adds the number of the tree to its name.
  if (head.origin !== log.name && !/^ - [0-9]+$/.test(after(head.origin, log.name))) {
    throw new VerifyError('CHECKPOINT_INVALID', 'the checkpoint is of another log');
  }
  if (head.size !== size || Buffer.compare(head.root, root) !== 0) {
    throw new VerifyError('PROOF_INVALID', 'the proof is for another checkpoint');
  }
  verifyInclusion(leafHash(entry.body), index, head.size, head.root, hashes);
  const promised = canonicalJsonBytes({
    body: encodeBase64(entry.body),
    integratedTime: entry.integratedTime,
    logID: entry.logId,
    logIndex: entry.logIndex,
  });
  if (!verifySignature(log.key, promised, entry.promise)) {
    throw new VerifyError('SIGNATURE_INVALID', `${log.name} did not sign the time of the entry`);
  }
}

/** Entries `hashedrekord` and `dsse` 0.0.1 (sigstore/rekor pkg/types). */
function checkBody(body: Uint8Array, logged: LoggedSignature): void {
  const { kind, apiVersion, spec } = read.record(parseJson(body), ['body']);
  const content = read.record(spec, ['body', 'spec']);
  if (kind === 'hashedrekord' && apiVersion === '0.0.1') {
    const signature = read.record(content['signature'], ['body', 'signature']);
    const publicKey = read.record(signature['publicKey'], ['body', 'publicKey']);
    checkHash(read.record(content['data'], ['body', 'data'])['hash'], logged.signed);
    checkSigner(signature['content'], publicKey['content'], logged);
  } else if (kind === 'dsse' && apiVersion === '0.0.1' && logged.payload !== undefined) {
    checkHash(content['payloadHash'], logged.payload);
    const signatures = read.array(content['signatures'], ['body', 'signatures'], 64);
    if (signatures.length !== 1) read.fail('not one signature', ['body', 'signatures']);
    const { signature, verifier } = read.record(signatures[0], ['body', 'signatures', 0]);
    checkSigner(signature, verifier, logged);
  } else {
    unsupported.fail('this kind of log entry is not read', ['body']);
  }
}

function checkHash(hash: JsonValue | undefined, data: Uint8Array): void {
  const { algorithm, value } = read.record(hash, ['body', 'hash']);
  if (algorithm !== 'sha256' || value !== createHash('sha256').update(data).digest('hex')) {
    read.fail('the log entry is about another artifact', ['body', 'hash']);
  }
}

function checkSigner(
  signature: JsonValue | undefined,
  verifier: JsonValue | undefined,
  logged: LoggedSignature,
): void {
  const bytes = (value: JsonValue | undefined): Uint8Array =>
    decodeBase64(read.string(value, ['body']), 65_536);
  if (Buffer.compare(bytes(signature), logged.signature) !== 0) {
    read.fail('the log entry is about another signature', ['body']);
  }
  if (
    Buffer.compare(fromPem(Buffer.from(bytes(verifier)).toString('latin1')), logged.verifier) !== 0
  ) {
    read.fail('the log entry is about another key', ['body']);
  }
}

/** What is in a PEM of a certificate or key; nothing, which no key is, for any other text. */
function fromPem(pem: string): Uint8Array {
  const [, , base64 = ''] =
    /^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\n([A-Za-z0-9+/=\n]+)\n-----END \1-----\n?$/.exec(
      pem,
    ) ?? [];
  return decodeBase64(base64.replaceAll('\n', ''), 16_384);
}

function after(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}
