import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createMessage, generateKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';
import { DEFAULT_SIGNATURE_BUDGET } from '@selfsame/verify';
import type { ReadingContext } from './format.js';
import { readCertificates } from './openpgp/certificates.js';

/** Real attestations of many signers; they are beside a checkout, not in it. */
export const corpora = resolve(import.meta.dirname, '../../../../../shared/corpora');

/** When keys of tests are made, seconds since 1970, and when what they sign is judged. */
export const made = 1_700_000_000;
export const now = made + 10 * 86_400;

export async function newOpenPgpKey(options: object = {}): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name: 'tester' }],
    date: new Date(made * 1000),
    format: 'object',
    ...options,
  });
  return privateKey;
}

/** A detached signature, armored, as of a day after the keys were made. */
export async function signedBy(data: string | Uint8Array, ...keys: PrivateKey[]): Promise<string> {
  const signature = await sign({
    message: await createMessage({ binary: Buffer.from(data) }),
    signingKeys: keys,
    detached: true,
    date: new Date((made + 86_400) * 1000),
  });
  return String(signature);
}

export const keyOf = (key: PrivateKey): string => `openpgp:${key.getFingerprint()}`;

/** A context in which these keys are known. */
export async function contextOf(
  keys: readonly PrivateKey[],
  more: Partial<ReadingContext> = {},
): Promise<ReadingContext> {
  const bytes = keys.map((key) => Buffer.from(key.toPublic().write()));
  const { certificates } = await readCertificates(bytes);
  const budget = { remaining: DEFAULT_SIGNATURE_BUDGET };
  return {
    project: undefined,
    certificates,
    keys: [],
    trustedRoot: undefined,
    at: now,
    budget,
    ...more,
  };
}

export interface TestFolder extends Disposable {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'selfsame-attestations-'));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Whether a program is there to be asked. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

export interface TestGpg {
  /** Its home; `GNUPGHOME`. */
  readonly home: string;
  readonly fingerprint: string;
  run(...args: string[]): Buffer;
  stop(): void;
}

/** A gpg of its own with one Ed25519 or RSA key that never expires. */
export function testGpg(home: string, algorithm = 'ed25519'): TestGpg {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const run = (...args: string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--no-tty', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  // On a busy machine the agent may take longer to start than gpg waits for it.
  const launch = ['--homedir', home, '--launch', 'gpg-agent'];
  for (let n = 0; n < 5 && spawnSync('gpgconf', launch).status !== 0; n += 1);
  const quick = ['--passphrase', '', '--quick-generate-key', 'tester', algorithm, 'sign', 'never'];
  run(...quick);
  const listed = run('--with-colons', '--list-keys').toString();
  const fingerprint = (/^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '').toLowerCase();
  return {
    home,
    fingerprint,
    run,
    stop: () => void spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']),
  };
}
