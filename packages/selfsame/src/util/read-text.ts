import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { SelfsameError } from '../errors/selfsame-error.js';

/**
 * Reads a text file a person wrote: a regular file, UTF-8, at most `limit` bytes.
 *
 * @param name for messages
 * @returns undefined if there is no such file
 * @throws SelfsameError WORKSPACE_UNREADABLE
 */
export function readText(path: string, name: string, limit: number): string | undefined {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw unreadable(name, 'it is not a file');
    if (status.size > limit) throw unreadable(name, `it is larger than ${limit} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      readFileSync(descriptor),
    );
  } catch (cause) {
    if (cause instanceof SelfsameError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw unreadable(name, 'it is not UTF-8 text', 'save it as UTF-8');
    throw unreadable(name, code ?? String(cause));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function unreadable(
  name: string,
  why: string,
  hint = `look at it with: ls -l ${name}`,
): SelfsameError {
  return new SelfsameError('WORKSPACE_UNREADABLE', `${name} cannot be read: ${why}`, { hint });
}
