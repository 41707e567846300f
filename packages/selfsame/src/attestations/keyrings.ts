import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerifyError } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readCertificates } from './openpgp/certificates.js';
import type { Certificates } from './openpgp/certificates.js';
import { parseTrustedRoot } from './sigstore/trusted-root.js';
import type { TrustedRoot } from './sigstore/trusted-root.js';

/** Most files of one folder of keyrings, and bytes of one. */
const maxKeyrings = 10_000;
const maxKeyringBytes = 32 * 1024 ** 2;
const maxTrustedRootBytes = 1024 ** 2;

/** How keyrings end; other files of a folder (README, .gitkeep) are none. */
const keyringSuffix = /\.(?:gpg|pgp|asc|key|pub|kbx)$/;

export interface Keyrings {
  readonly certificates: Certificates;
  /** Files of a folder that hold no certificate. */
  readonly unreadable: readonly string[];
}

/**
 * Reads certificates from files and from folders of them (`builder-keys/`). A certificate only says what a key is; whose it is
 * says the policy, by its fingerprint. None is taken from the folder that is judged: whoever fills it could leave a
 * revocation out.
 *
 * @param paths absolute
 * @param judged absolute; the folder of attestations
 * @throws SelfsameError KEYRING_NOT_FOUND, KEYRING_INVALID, KEYRING_INSIDE
 */
export async function readKeyrings(paths: readonly string[], judged: string): Promise<Keyrings> {
  const files: { readonly path: string; readonly isNamed: boolean }[] = [];
  const inside = await realpath(judged).catch(() => judged);
  for (const path of paths) {
    const real = await realpath(path).catch((cause: unknown) => {
      throw notFound(path, cause);
    });
    if (real === inside || real.startsWith(`${inside}/`)) {
      throw new SelfsameError(
        'KEYRING_INSIDE',
        `the keyring ${path} is inside the folder that is judged, ${judged}`,
        { hint: 'keep keys apart from what they check: copy them elsewhere once you trust them' },
      );
    }
    try {
      if ((await stat(real)).isDirectory()) {
        const names = (await readdir(real)).filter((name) => keyringSuffix.test(name)).sort();
        if (names.length === 0) {
          throw new SelfsameError('KEYRING_INVALID', `there are no keyrings in ${path}`, {
            hint: 'name a file, or a folder of files that end in .gpg, .pgp, .asc or .key',
          });
        }
        const all = names.slice(0, maxKeyrings).map((name) => join(path, name));
        files.push(...all.map((file) => ({ path: file, isNamed: false })));
      } else {
        files.push({ path, isNamed: true });
      }
    } catch (error) {
      throw error instanceof SelfsameError ? error : notFound(path, error);
    }
  }
  const contents: Buffer[] = [];
  for (const { path } of files) contents.push(await readLimited(path, maxKeyringBytes));
  const { certificates, unreadable } = await readCertificates(contents);
  const bad = unreadable.flatMap((index) => files[index] ?? []);
  const named = bad.find(({ isNamed }) => isNamed);
  if (named !== undefined) {
    throw new SelfsameError('KEYRING_INVALID', `${named.path} holds no OpenPGP certificate`, {
      hint: `export one with: gpg --export FINGERPRINT > ${named.path}`,
    });
  }
  return { certificates, unreadable: bad.map(({ path }) => path) };
}

/** @throws SelfsameError TRUSTED_ROOT_INVALID, KEYRING_NOT_FOUND */
export async function readTrustedRoot(path: string): Promise<TrustedRoot> {
  const bytes = await readLimited(path, maxTrustedRootBytes);
  try {
    return parseTrustedRoot(bytes);
  } catch (error) {
    if (!(error instanceof VerifyError || error instanceof SelfsameError)) throw error;
    throw new SelfsameError(
      'TRUSTED_ROOT_INVALID',
      `${path} is no trusted root: ${error.message}`,
      {
        hint: 'name the trusted_root.json that your sigstore instance publishes',
      },
    );
  }
}

async function readLimited(path: string, maxBytes: number): Promise<Buffer> {
  try {
    if ((await stat(path)).size > maxBytes) throw new RangeError(`larger than ${maxBytes} bytes`);
    return await readFile(path);
  } catch (error) {
    throw notFound(path, error);
  }
}

function notFound(path: string, cause: unknown): SelfsameError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new SelfsameError('KEYRING_NOT_FOUND', `${path} cannot be read: ${code ?? message}`, {
    hint: 'name a file or folder of certificates with --keyring, or as keyrings in settings.yaml',
    cause,
  });
}
