import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { DEFAULT_KEY_NAME, keyDirectory, keyFilePath, type Environment } from './key-file.js';

/**
 * The private key file to use when none is named: the key called `default`, else the only one there is.
 * Throws `KEY_NOT_FOUND` when there is none, or several without a default.
 */
export function chooseKeyFile(env: Environment): string {
  const directory = keyDirectory(env);
  let names: string[] = [];
  try {
    names = readdirSync(directory).filter((name) => /^[^.].*\.key$/.test(name));
  } catch {
    // No directory: no keys.
  }
  if (names.includes(`${DEFAULT_KEY_NAME}.key`)) return keyFilePath(DEFAULT_KEY_NAME, env);
  const [only, ...others] = names.sort();
  if (only !== undefined && others.length === 0) return join(directory, only);
  if (only === undefined) {
    throw new SelfsameError('KEY_NOT_FOUND', `there is no key in ${directory}`, {
      hint: 'make one with: selfsame key new',
    });
  }
  throw new SelfsameError(
    'KEY_NOT_FOUND',
    `there are ${names.length} keys in ${directory} and none is called ${DEFAULT_KEY_NAME}`,
    { hint: `choose one: --key ${join(directory, only)}` },
  );
}

/**
 * The key file that a person names: a file, else one of the directory of keys by its name (`alice`, `alice.key`,
 * `alice.pub`). What is neither is the path as it was given, which whoever reads it complains about.
 */
export function namedKeyFile(text: string, cwd: string, env: Environment): string {
  const path = resolve(cwd, text);
  if (text.includes('/') || existsSync(path)) return path;
  const kept = join(keyDirectory(env), /\.(?:key|pub)$/.test(text) ? text : `${text}.key`);
  return existsSync(kept) ? kept : path;
}
