import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { dearmor, isSingleClearSigned } from './armor.js';
import { readStatus } from './status.js';
import { bestVerdict } from './verdict.js';
import type { SignatureVerdict } from './verdict.js';

/** Largest signature, keyring and clear-signed message that is looked at, bytes. */
const maxSignatureBytes = 1024 ** 2;
const maxKeyringBytes = 32 * 1024 ** 2;
const maxClearSignedBytes = 64 * 1024 ** 2;

export interface DetachedSignature {
  /** Absolute path of the signed file, or its bytes. */
  readonly data: string | Uint8Array;
  /** Binary or armored. */
  readonly signature: Uint8Array;
  /** Certificates that may sign, binary or armored. Any of them counts. */
  readonly keyring: Uint8Array;
  readonly signal?: AbortSignal;
}

/**
 * Checks a detached OpenPGP signature with gpgv in a private, empty home directory, or with openpgp.js where
 * there is no gpgv. When there are several signatures, one valid one by a key of the keyring is enough.
 * Expired and revoked keys and SHA-1 are never `valid`.
 */
export async function verifyDetached(input: DetachedSignature): Promise<SignatureVerdict> {
  if (input.signature.length > maxSignatureBytes) return bad('the signature file is too large');
  if (input.keyring.length > maxKeyringBytes) return bad('the keyring is too large');
  const keyring = dearmor(input.keyring);
  if (keyring === undefined) return bad('the keyring holds no OpenPGP keys');
  const signature = dearmor(input.signature);
  if (signature === undefined) return bad('the signature file holds no OpenPGP signature');
  const status = await withFiles({ keyring, signature }, async (files) => {
    const data = typeof input.data === 'string' ? input.data : await files.add('data', input.data);
    return await runGpgv(files, [files.path('signature'), data], input.signal);
  });
  if (status !== undefined) return bestVerdict(readStatus(status));
  const { verifyDetachedInProcess } = await import('./in-process.js');
  const data = typeof input.data === 'string' ? await readFile(input.data) : input.data;
  return await verifyDetachedInProcess(data, signature, keyring);
}

export interface ClearSignedResult {
  readonly verdict: SignatureVerdict;
  /** One verdict per signature. */
  readonly all: readonly SignatureVerdict[];
  /** What was signed: to be used only when the verdict is `valid`; undefined when it could not be read. */
  readonly content: Buffer | undefined;
}

/**
 * Checks a clear-signed message and gives back exactly what was signed. Anything outside the one signed block
 * makes it `bad`.
 */
export async function verifyClearSigned(
  message: Uint8Array,
  keyringBytes: Uint8Array,
  signal?: AbortSignal,
): Promise<ClearSignedResult> {
  const refused = (reason: string): ClearSignedResult => ({
    verdict: bad(reason),
    all: [],
    content: undefined,
  });
  if (message.length > maxClearSignedBytes) return refused('the message is too large');
  if (keyringBytes.length > maxKeyringBytes) return refused('the keyring is too large');
  if (!isSingleClearSigned(message)) return refused('it is not one clear-signed message');
  const keyring = dearmor(keyringBytes);
  if (keyring === undefined) return refused('the keyring holds no OpenPGP keys');
  let content: Buffer | undefined;
  const status = await withFiles({ keyring, message }, async (files) => {
    const output = files.path('content');
    const text = await runGpgv(files, ['--output', output, files.path('message')], signal);
    content = await readFile(output).catch(() => undefined);
    return text;
  });
  if (status !== undefined) {
    const all = readStatus(status);
    return { verdict: bestVerdict(all), all, content };
  }
  const { verifyClearSignedInProcess } = await import('./in-process.js');
  return await verifyClearSignedInProcess(message, keyring);
}

/** Undefined when gpgv is not installed. */
async function runGpgv(
  files: PrivateFiles,
  rest: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const result = await execa(
    'gpgv',
    [
      '--homedir',
      files.directory,
      '--keyring',
      files.path('keyring'),
      '--weak-digest',
      'SHA1',
      '--weak-digest',
      'RIPEMD160',
      '--status-fd',
      '1',
      ...rest,
    ],
    {
      reject: false,
      stdin: 'ignore',
      stderr: 'ignore',
      timeout: 300_000,
      maxBuffer: 1024 ** 2,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      extendEnv: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  signal?.throwIfAborted();
  if (result.code === 'ENOENT') return undefined;
  if (result.failed && (result.timedOut || result.isMaxBuffer)) return '';
  return result.stdout;
}

interface PrivateFiles {
  readonly directory: string;
  path(name: string): string;
  add(name: string, bytes: Uint8Array): Promise<string>;
}

async function withFiles<T>(
  contents: Readonly<Record<string, Uint8Array>>,
  use: (files: PrivateFiles) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'selfsame-openpgp-'));
  const files: PrivateFiles = {
    directory,
    path: (name) => join(directory, name),
    add: async (name, bytes) => {
      await writeFile(join(directory, name), bytes, { mode: 0o600 });
      return join(directory, name);
    },
  };
  try {
    for (const [name, bytes] of Object.entries(contents)) await files.add(name, bytes);
    return await use(files);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function bad(reason: string): SignatureVerdict {
  return { result: 'bad', reason };
}
