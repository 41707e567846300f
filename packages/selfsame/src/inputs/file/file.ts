import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isFileName } from '../../download/url.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { storeTree } from '../../store/store-tree.js';
import { hashFileNow, scanTree, treeDigest } from '../../store/tree-digest.js';
import { escapingLink } from '../links.js';
import { requirePinned } from '../pinned.js';
import type { FetchedInput, InputContext, InputKind, PinnedInput } from '../types.js';
import { unpackArchive } from '../unpack/unpack.js';
import { resolveInWorkspace } from '../workspace-path.js';
import type { FileSpec } from './schema.js';

/** A file or directory of the workspace, identified by its content. */
export const fileKind: InputKind<FileSpec> = {
  kind: 'file',
  pinsItself: () => true,
  pin: async (spec, context) => (await look(spec, context)).pinned,
  fetch: async (spec, pinned, context) => {
    const found = await look(spec, context);
    requirePinned(pinned, found.pinned, context.label);
    return await found.keep();
  },
};

interface Found {
  readonly pinned: PinnedInput;
  /** Brings it into the store as it is now; rejects when it was changed since it was looked at. */
  keep(): Promise<FetchedInput>;
}

async function look(spec: FileSpec, context: InputContext): Promise<Found> {
  const path = await resolveInWorkspace(spec.path, context);
  const facts = await stat(path);
  if (facts.isDirectory()) return await lookAtDirectory(spec, path, context);
  if (!facts.isFile()) {
    throw new SelfsameError('INPUT_NOT_FOUND', `${spec.path} is neither a file nor a directory`, {
      hint: 'only files and directories can be inputs',
    });
  }
  return spec.unpack ? await lookIntoArchive(spec, path, context) : lookAtFile(spec, path, context);
}

function lookAtFile(spec: FileSpec, path: string, context: InputContext): Found {
  // The name as written, not as a link resolves it: it is part of what the build sees.
  const fileName = basename(spec.path);
  if (!isFileName(fileName)) {
    throw new SelfsameError(
      'INPUT_FILE_NAME_INVALID',
      `the name of ${spec.path} has characters that scripts would trip over`,
      { hint: 'rename it to letters, digits and _ + . - only' },
    );
  }
  const { sha256 } = hashFileNow(path);
  const pinned: PinnedInput = { form: 'file', digest: sha256, fileName, origin: {} };
  return {
    pinned,
    async keep() {
      if (!(await context.store.hasFile(sha256))) {
        await context.store.putFile(path, { expected: sha256 });
      }
      return { ...pinned, path: context.store.filePath(sha256) };
    },
  };
}

async function lookAtDirectory(
  spec: FileSpec,
  path: string,
  context: InputContext,
): Promise<Found> {
  if (spec.unpack) {
    throw new SelfsameError(
      'INPUT_UNPACK_NOT_POSSIBLE',
      `${spec.path} is a directory and cannot be unpacked`,
      { hint: 'leave out unpack' },
    );
  }
  const entries = await scanTree(path);
  const links = entries.flatMap((entry) => (entry.type === 'symlink' ? [entry] : []));
  const escaping = escapingLink(links);
  if (escaping !== undefined) {
    throw new SelfsameError(
      'INPUT_OUTSIDE_WORKSPACE',
      `${spec.path}/${escaping.path} is a link to ${escaping.target}, outside the input ${context.label}`,
      { hint: 'replace the link by what it points to, or by a link inside the directory' },
    );
  }
  const digest = treeDigest(entries);
  const pinned: PinnedInput = { form: 'tree', digest, origin: {} };
  return {
    pinned,
    async keep() {
      const there = await context.store.entry('trees', digest);
      if (there !== undefined) return { ...pinned, path: there };
      const stored = await storeTree(context.store, path);
      requirePinned(pinned, { form: 'tree', digest: stored.digest }, context.label);
      return { ...pinned, path: stored.path };
    },
  };
}

async function lookIntoArchive(
  spec: FileSpec,
  path: string,
  context: InputContext,
): Promise<Found> {
  const { sha256 } = hashFileNow(path);
  if (!(await context.store.hasFile(sha256))) {
    await context.store.putFile(path, { expected: sha256 });
  }
  const archive = { path: context.store.filePath(sha256), sha256 };
  const tree = await unpackArchive(archive, spec.path, context);
  const date = tree.date === undefined ? {} : { date: tree.date };
  const pinned: PinnedInput = { form: 'tree', digest: tree.digest, ...date, origin: { sha256 } };
  return { pinned, keep: () => Promise.resolve({ ...pinned, path: tree.path }) };
}
