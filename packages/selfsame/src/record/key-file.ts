import { constants, closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { chmod, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSignerName, parsePublicKey, VerifyError, type NamedPublicKey } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import {
  formatPrivateKeyFile,
  formatPublicKeyFile,
  parsePrivateKey,
  type NamedPrivateKey,
} from '../signing/key-files.js';
import type { PrivateKey } from '../signing/private-key.js';

const MAX_BYTES = 16 * 1024;

/** Name of the key when none is given. */
export const DEFAULT_KEY_NAME = 'default';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where keys are kept: `$XDG_CONFIG_HOME/selfsame/keys`, `~/.config/selfsame/keys` without that variable. */
export function keyDirectory(env: Environment): string {
  const configured = env['XDG_CONFIG_HOME'];
  // The base directory specification: a relative path is invalid and to be ignored.
  const config = configured?.startsWith('/') ? configured : join(homedir(), '.config');
  return join(config, 'selfsame', 'keys');
}

/** Absolute path of the private key file of that name. Throws `WRONG_USE` for what cannot be a name. */
export function keyFilePath(name: string, env: Environment): string {
  checkName(name);
  return join(keyDirectory(env), `${name}.key`);
}

/** The public key file that belongs to a private key file: `x.key` → `x.pub`. */
export function publicKeyPath(privatePath: string): string {
  return privatePath.replace(/\.key$/, '') + '.pub';
}

/**
 * Writes a key pair: the private key with mode 0600, the public key beside it. An existing file is
 * never replaced (`KEY_EXISTS`), since a lost key cannot be made again; nothing half-written is left.
 */
export async function writeKeyFiles(path: string, key: PrivateKey, name: string): Promise<void> {
  checkName(name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw cannotWrite(dirname(path), cause);
  });
  await writeNew(path, formatPrivateKeyFile(key, name), 0o600);
  try {
    await writeNew(publicKeyPath(path), formatPublicKeyFile(key.publicKey, name), 0o644);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * Reads a private key file, which nobody but its owner may read or write.
 * Throws `KEY_NOT_FOUND`, `KEY_FILE_MODE` or `KEY_FILE_INVALID`.
 */
export function readPrivateKey(path: string): NamedPrivateKey {
  const { text, mode } = readKeyText(path, `selfsame key new`);
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw new SelfsameError(
      'KEY_FILE_MODE',
      `the private key ${path} can be read or written by others (mode ${shown})`,
      { hint: `if nobody has copied it: chmod 600 ${path}; otherwise make a new key` },
    );
  }
  return parseKey(path, text, parsePrivateKey);
}

/** Reads the public key of a key pair from either of its files. Throws `KEY_NOT_FOUND` or `KEY_FILE_INVALID`. */
export function readPublicKey(path: string): NamedPublicKey {
  const { text } = readKeyText(path, `selfsame key new`);
  if (/private/i.test(text)) {
    const { key, name } = parseKey(path, text, parsePrivateKey);
    return { key: key.publicKey, name };
  }
  return parseKey(path, text, parsePublicKey);
}

function parseKey<T>(path: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new SelfsameError('KEY_FILE_INVALID', `${path} is not a key: ${error.message}`, {
      hint: 'name a file made by: selfsame key new',
    });
  }
}

function readKeyText(path: string, hint: string): { text: string; mode: number } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > MAX_BYTES) {
      throw new SelfsameError('KEY_FILE_INVALID', `${path} is not a key file`, {
        hint: 'name a file made by: selfsame key new',
      });
    }
    return { text: readFileSync(descriptor, 'utf8'), mode: status.mode };
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new SelfsameError('KEY_NOT_FOUND', `cannot read the key ${path}: ${why}`, {
      hint: `make a key with: ${hint}, or name another with --key FILE`,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Writes a draft and links it into place, which fails if the name is taken, also by a link. */
async function writeNew(path: string, content: string, mode: number): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeFile(draft, content, { flag: 'wx', mode });
    // The umask may have taken bits away, never added any.
    await chmod(draft, mode);
    await link(draft, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') {
      throw new SelfsameError('KEY_EXISTS', `${path} exists already and is not replaced`, {
        hint: 'choose another --name or --out, or move the old key away',
      });
    }
    throw cannotWrite(path, error);
  } finally {
    await rm(draft, { force: true });
  }
}

function cannotWrite(path: string, cause: unknown): SelfsameError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new SelfsameError('KEY_WRITE', `cannot write ${path}: ${why}`, {
    hint: 'name a directory you can write to with --out FILE',
    cause,
  });
}

function checkName(name: string): void {
  if (isSignerName(name)) return;
  throw new SelfsameError('WRONG_USE', `${JSON.stringify(name)} cannot be the name of a key`, {
    hint: 'use letters, digits and ._@+-, at most 64, starting with a letter or digit',
  });
}
