import { execa } from 'execa';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { readCertificates } from '../openpgp/certificates.js';
import { judgeDetached } from '../openpgp/judge-signature.js';

/** A key that gpg holds. We never see it. */
export interface GpgKey {
  /** Fingerprint of the primary key: as policies write it after `openpgp:`. */
  readonly fingerprint: string;
  /** A detached signature with SHA-256, binary or armored. */
  sign(data: Uint8Array, form: 'binary' | 'armored'): Promise<Buffer>;
}

/** Largest answer of gpg, bytes. */
const maxBuffer = 8 * 1024 ** 2;

/**
 * Opens a key of the person's gpg (its home, agent and passphrase prompts as they are). What it signs is judged as `selfsame
 * verify` would before it is given back, so that nobody publishes a signature that will not count.
 *
 * @param name whatever gpg knows the key by
 * @param now seconds since 1970
 * @throws SelfsameError SIGN_PROGRAM
 */
export async function openGpgKey(name: string, now: number): Promise<GpgKey> {
  if (name.startsWith('-')) throw failed(`${name} is no name of a key`);
  const exported = await gpg(['--export', '--', name]);
  const { certificates } = await readCertificates([exported]);
  const [fingerprint, ...others] = certificates.fingerprints;
  if (fingerprint === undefined) throw failed(`gpg has no key ${name}`);
  if (others.length > 0) throw failed(`gpg has ${others.length + 1} keys called ${name}`);
  return {
    fingerprint,
    async sign(data, form) {
      const armor = form === 'armored' ? ['--armor'] : [];
      const common = ['--digest-algo', 'SHA256', '--local-user', fingerprint, ...armor];
      const signature = await gpg([...common, '--detach-sign', '--output', '-'], data);
      // Later than now: a person may take long over the passphrase.
      const [judged] = await judgeDetached(data, signature, certificates, now + 86_400);
      if (judged?.state !== 'valid') {
        throw failed(`the signature of gpg would not count: ${judged?.reason ?? 'there is none'}`);
      }
      return signature;
    },
  };
}

async function gpg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  try {
    const { stdout } = await execa('gpg', ['--no-tty', '--quiet', ...args], {
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      encoding: 'buffer',
      // One signature in 256 ends in the byte of a line feed.
      stripFinalNewline: false,
      maxBuffer,
    });
    return Buffer.from(stdout);
  } catch (cause) {
    const { stderr, code } = cause as { stderr?: Uint8Array; code?: string };
    const said = Buffer.from(stderr ?? [])
      .toString('utf8')
      .trim()
      .split('\n')
      .at(-1);
    const why = code === 'ENOENT' ? 'it is not installed' : (said ?? 'it failed');
    throw failed(`gpg: ${why.slice(0, 300)}`, cause);
  }
}

function failed(message: string, cause?: unknown): SelfsameError {
  return new SelfsameError('SIGN_PROGRAM', message, {
    hint: 'name one key that is not expired, by its fingerprint: gpg --list-secret-keys',
    cause,
  });
}
