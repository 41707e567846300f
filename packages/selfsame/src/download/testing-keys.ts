import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** A person with an OpenPGP key in a home directory of their own, for tests. */
export interface TestSigner extends AsyncDisposable {
  readonly fingerprint: string;
  readonly home: string;
  /** Public key. */
  readonly armored: string;
  readonly binary: Buffer;
  gpg(args: readonly string[], input?: string | Uint8Array): Promise<Buffer>;
  /** Detached signature, armored. */
  sign(data: string | Uint8Array, options?: readonly string[]): Promise<Buffer>;
  clearSign(text: string): Promise<Buffer>;
  /** Revokes the key and gives its public key with the revocation, binary. */
  revoke(): Promise<Buffer>;
}

/** Makes an ed25519 key. `expires` as gpg takes it: `0` never, `seconds=1`, `20200101T000000`. */
export async function testSigner(
  name: string,
  options: { readonly expires?: string; readonly fakeTime?: string } = {},
): Promise<TestSigner> {
  // Short: a socket of gpg-agent goes below it.
  const home = await mkdtemp(join(tmpdir(), 'pgp-'));
  const time = options.fakeTime === undefined ? [] : ['--faked-system-time', options.fakeTime];
  const gpg = async (args: readonly string[], input?: string | Uint8Array): Promise<Buffer> => {
    const result = await execa(
      'gpg',
      [
        '--batch',
        '--quiet',
        '--no-tty',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...args,
      ],
      {
        ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
        encoding: 'buffer',
        stripFinalNewline: false,
        env: { GNUPGHOME: home },
      },
    );
    return Buffer.from(result.stdout);
  };
  // On a busy machine the agent may take longer to start than gpg waits for it.
  const env = { GNUPGHOME: home };
  for (let n = 0; n < 5; n += 1)
    if (!(await execa('gpgconf', ['--launch', 'gpg-agent'], { env, reject: false })).failed) break;
  const user = `${name} <${name}@example.org>`;
  const expires = options.expires ?? '0';
  await gpg([...time, '--quick-generate-key', user, 'ed25519', 'sign', expires]);
  const listing = (await gpg(['--with-colons', '--list-keys'])).toString();
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
  return {
    fingerprint,
    home,
    armored: (await gpg(['--armor', '--export'])).toString(),
    binary: await gpg(['--export']),
    gpg,
    async sign(data, more = []) {
      const path = join(home, 'to-sign');
      await writeFile(path, data);
      await gpg([...time, ...more, '--yes', '--armor', '--detach-sign', path]);
      return await readFile(`${path}.asc`);
    },
    async revoke() {
      const certificate = join(home, 'openpgp-revocs.d', `${fingerprint}.rev`);
      // gpg puts a colon in front, so that nobody imports it by accident.
      const text = (await readFile(certificate, 'utf8')).replace(/^:-----/m, '-----');
      await writeFile(certificate, text);
      await gpg(['--import', certificate]);
      return await gpg(['--export']);
    },
    clearSign: (text) => gpg([...time, '--clear-sign'], text),
    async [Symbol.asyncDispose]() {
      await execa('gpgconf', ['--kill', 'all'], { env, reject: false });
      await rm(home, { recursive: true, force: true });
    },
  };
}
