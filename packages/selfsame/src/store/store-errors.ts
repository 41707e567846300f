import { statfs } from 'node:fs/promises';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';

export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Gives a failure inside the store its meaning: no room left becomes `STORE_FULL`, other failures of
 * the file system `STORE_UNUSABLE`; what already has a meaning passes through unchanged.
 * `needed`: bytes the operation wanted to write, where known.
 */
export async function asStoreError(
  error: unknown,
  root: string,
  doing: string,
  needed?: number,
): Promise<unknown> {
  if (error instanceof SelfsameError || error instanceof SelfsameErrors) return error;
  const code = errorCodeOf(error);
  if (code === undefined || !/^E[A-Z0-9]+$/u.test(code)) return error;
  if (fullCodes.has(code)) return storeFull(error, root, doing, needed);
  const message = error instanceof Error ? error.message : code;
  return new SelfsameError(
    'STORE_UNUSABLE',
    `the store at ${root} failed while ${doing}: ${message}`,
    {
      hint: 'Check that the directory is on a working file system and belongs to you, or set SELFSAME_STORE to another one',
      cause: error,
      details: { store: root, errno: code },
    },
  );
}

async function storeFull(
  error: unknown,
  root: string,
  doing: string,
  needed: number | undefined,
): Promise<SelfsameError> {
  const available = await availableBytes(root);
  const room = [
    ...(needed === undefined ? [] : [`${formatBytes(needed)} needed`]),
    ...(available === undefined ? [] : [`${formatBytes(available)} free`]),
  ];
  return new SelfsameError(
    'STORE_FULL',
    `the store at ${root} has no room left while ${doing}${room.length > 0 ? ` (${room.join(', ')})` : ''}`,
    {
      hint: 'Free space there, run `selfsame store gc`, or set SELFSAME_STORE to a directory on a larger file system',
      cause: error,
      details: { store: root, neededBytes: needed ?? null, availableBytes: available ?? null },
    },
  );
}

/** Bytes an ordinary user may still write on the file system of `path`; undefined where it cannot be asked. */
export async function availableBytes(path: string): Promise<number | undefined> {
  try {
    const facts = await statfs(path);
    return facts.bavail * facts.bsize;
  } catch {
    return undefined;
  }
}

/** Bytes for a person: binary units, at most one decimal. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit] ?? 'B'}`;
}
