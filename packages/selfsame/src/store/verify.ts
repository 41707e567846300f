import { lstat, readdir, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ErrorCode } from '../errors/codes.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { hashFile } from './files.js';
import { entryKinds, isSha256 } from './layout.js';
import { asStoreError, errorCodeOf } from './store-errors.js';
import type { OpenStore } from './store.js';
import { scanTree, treeDigest } from './tree-digest.js';
import type { EntryKind, Sha256 } from './types.js';

/** What is wrong with an entry, in words, or undefined when it is what its key says. */
export type CheckEntry = (path: string, key: Sha256) => Promise<string | undefined>;

export interface VerifyOptions {
  /** How to check kinds whose content the store itself does not know; kinds without one are counted as unchecked. */
  readonly checks: Partial<Record<EntryKind, CheckEntry>>;
  /** Moves what is damaged into `quarantine/`, so that it is made again when it is next needed. */
  readonly repair: boolean;
  readonly signal: AbortSignal;
}

export interface Damaged {
  readonly kind: EntryKind | 'files';
  readonly name: string;
  readonly reason: string;
  /** Where it went, with `repair`. */
  readonly quarantinedAt: string | undefined;
}

export interface VerifyReport {
  readonly damaged: readonly Damaged[];
  readonly checkedFiles: number;
  readonly checkedEntries: number;
  readonly checkedBytes: number;
  /** Entries of kinds no check was given for. */
  readonly unchecked: number;
}

/**
 * Reads everything in the store and compares it with its name. Files come first: entries that list a
 * damaged file are reported as well. Safe beside builds, which only ever add whole files and entries.
 */
export async function verifyStore(store: OpenStore, options: VerifyOptions): Promise<VerifyReport> {
  if (options.repair) await store.session.begin();
  const { layout } = store;
  const damaged: Damaged[] = [];
  let checkedFiles = 0;
  let checkedEntries = 0;
  let checkedBytes = 0;
  let unchecked = 0;

  const report = async (kind: Damaged['kind'], path: string, name: string, reason: string) => {
    let quarantinedAt: string | undefined;
    if (options.repair) {
      quarantinedAt = join(
        layout.quarantine,
        `${kind}-${name.slice(0, 80)}-${randomBytes(4).toString('hex')}`,
      );
      await rename(path, quarantinedAt);
    }
    damaged.push({ kind, name, reason, quarantinedAt });
  };

  const checks: Partial<Record<EntryKind, CheckEntry>> = { trees: checkTree, ...options.checks };
  try {
    for (const shard of (await readdir(layout.files)).sort()) {
      for (const name of (await readdir(join(layout.files, shard))).sort()) {
        options.signal.throwIfAborted();
        const path = join(layout.files, shard, name);
        const found = await checkFile(path, name, shard);
        if (found === 'gone') continue;
        checkedFiles += 1;
        checkedBytes += found.bytes;
        if (found.reason !== undefined) await report('files', path, name, found.reason);
      }
    }
    for (const kind of entryKinds) {
      for (const name of (await readdir(join(layout.root, kind))).sort()) {
        options.signal.throwIfAborted();
        const path = join(layout.root, kind, name);
        const check = checks[kind];
        if (check === undefined) {
          unchecked += 1;
          continue;
        }
        const reason = await checkEntry(check, path, name);
        if (reason === 'gone') continue;
        checkedEntries += 1;
        if (reason !== undefined) await report(kind, path, name, reason);
      }
    }
  } catch (error) {
    throw await asStoreError(error, store.root, 'verifying it');
  }
  return { damaged, checkedFiles, checkedEntries, checkedBytes, unchecked };
}

async function checkFile(
  path: string,
  name: string,
  shard: string,
): Promise<'gone' | { readonly bytes: number; readonly reason: string | undefined }> {
  try {
    if (!(await lstat(path)).isFile()) return { bytes: 0, reason: 'it is not a regular file' };
    const { sha256, size } = await hashFile(path);
    if (sha256 !== name) return { bytes: size, reason: `its bytes have sha256 ${sha256}` };
    return {
      bytes: size,
      reason:
        name.startsWith(shard) && shard.length === 2 ? undefined : 'it lies in the wrong directory',
    };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT') return 'gone';
    if (code === 'EIO') return { bytes: 0, reason: 'the disk cannot read it' };
    throw error;
  }
}

/** Errors of a check that mean: this entry is not whole. */
const damageCodes: ReadonlySet<ErrorCode> = new Set(['TREE_INVALID', 'ENVIRONMENT_DAMAGED']);

async function checkEntry(
  check: CheckEntry,
  path: string,
  name: string,
): Promise<string | undefined> {
  if (!isSha256(name)) return 'its name is not a sha256';
  try {
    return await check(path, name);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT') return (await isGone(path)) ? 'gone' : 'part of it is missing';
    if (code === 'EIO') return 'the disk cannot read it';
    if (error instanceof SelfsameError && damageCodes.has(error.code)) return error.message;
    throw error;
  }
}

async function isGone(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    () => true,
  );
}

async function checkTree(path: string, key: Sha256): Promise<string | undefined> {
  const digest = treeDigest(await scanTree(path));
  return digest === key ? undefined : `its content has tree digest ${digest}`;
}
