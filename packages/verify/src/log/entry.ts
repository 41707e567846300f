import { claimOutcomes, type BuildName, type ResultClaim } from '../claim/result-claim.js';
import { isSha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { decodeStandardBase64, encodeBase64 } from '../encoding/base64.js';
import { equalBytes } from '../encoding/bytes.js';
import { VerifyError } from '../errors.js';
import { decodeUtf8 } from '../json/parse.js';

const HEADER = 'selfsame/log-entry/v1';
const FIELDS = [
  'project',
  'version',
  'target',
  'definition',
  'outcome',
  'payload',
  'key',
  'signature',
];
/** Three names of 256 UTF-16 units, and a signature by the largest RSA key. */
const MAX_BYTES = 8192;
const MAX_SIGNATURE_BYTES = 1024;

/**
 * One leaf of a log of claims (docs/transparency-logs.md): who signed which claim about which build. It binds
 * payload, key *and* signature, so that it proves when that very signature existed.
 */
export interface LogEntry {
  readonly build: BuildName;
  readonly definition: Sha256Hex;
  readonly outcome: ResultClaim['outcome'];
  /** sha256 of the claim's bytes. */
  readonly payload: Sha256Hex;
  /** Id of the public key that made the signature. */
  readonly key: Sha256Hex;
  readonly signature: Uint8Array;
}

/** The bytes of the leaf: text, one field on each line. Throws `PROOF_INVALID` for what `parseLogEntry` would refuse. */
export function formatLogEntry({ build, ...entry }: LogEntry): Uint8Array {
  const { definition, outcome, payload, key, signature } = entry;
  const { project, version, target } = build;
  const values = [
    project,
    version,
    target,
    definition,
    outcome,
    payload,
    key,
    encodeBase64(signature),
  ];
  const lines = FIELDS.map((name, index) => `${name} ${values[index] ?? ''}\n`);
  return new TextEncoder().encode(`${HEADER}\n${lines.join('')}`);
}

/** Reads a leaf; only the bytes that `formatLogEntry` writes. Throws `PROOF_INVALID` or `JSON_ENCODING`. */
export function parseLogEntry(bytes: Uint8Array): LogEntry {
  if (bytes.length > MAX_BYTES) throw notAnEntry('it is too long');
  const [, ...lines] = decodeUtf8(bytes).split('\n');
  const values = FIELDS.map((name, index) => (lines[index] ?? '').slice(name.length + 1));
  const [project = '', version = '', target = '', definition, said, payload, key, base64 = ''] =
    values;
  const outcome = claimOutcomes.find((known) => known === said);
  const named = [project, version, target].every(
    (name) => /^[^\p{Cc}]{1,256}$/u.test(name) && name.length <= 256,
  );
  if (outcome === undefined || !named) throw notAnEntry('a field is wrong');
  if (!isSha256Hex(definition) || !isSha256Hex(payload) || !isSha256Hex(key)) {
    throw notAnEntry('a digest is wrong');
  }
  const signature = decodeSignature(base64);
  const entry = {
    build: { project, version, target },
    definition,
    outcome,
    payload,
    key,
    signature,
  };
  // So the header and the names of the fields are what they must be, too, and nothing is behind them.
  if (!equalBytes(formatLogEntry(entry), bytes)) throw notAnEntry('it is not written as one');
  return entry;
}

function decodeSignature(base64: string): Uint8Array {
  try {
    return decodeStandardBase64(base64, { max: MAX_SIGNATURE_BYTES });
  } catch {
    throw notAnEntry('the signature is wrong');
  }
}

function notAnEntry(why: string): VerifyError {
  return new VerifyError('PROOF_INVALID', `not an entry of a log of claims: ${why}`);
}
