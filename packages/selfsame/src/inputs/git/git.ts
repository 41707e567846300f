import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { redactUrl } from '../../download/url.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { storeTree } from '../../store/store-tree.js';
import { escapingLink } from '../links.js';
import { recallTree, rememberTree } from '../memo.js';
import type { TreeMemo } from '../memo.js';
import { requirePinned } from '../pinned.js';
import { checkSignature } from '../signature.js';
import type { InputContext, InputKind } from '../types.js';
import { ArchiveError } from '../unpack/entry.js';
import { unpackLimits } from '../unpack/limits.js';
import { TreeWriter } from '../unpack/tree-writer.js';
import { exportCommit } from './export.js';
import { withRepository } from './repository.js';
import type { Repository } from './repository.js';
import type { GitSpec } from './schema.js';
import { commitDate, parseTag, signedCommit, signedTag } from './signed-object.js';
import { invalid, maxSubmoduleDepth, maxSubmodules, submoduleUrls } from './submodules.js';

/** What the lock says besides the digest. */
const originSchema = z.object({
  commit: z.string(),
  tagObject: z
    .string()
    .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
    .optional(),
});

/** The files of one commit of a git repository, without `.git`, identified by their content. */
export const gitKind: InputKind<GitSpec> = {
  kind: 'git',

  pinsItself: () => false,

  async pin(spec, context) {
    const tagObject = await verify(spec, undefined, context);
    const tree = await obtain(spec, context);
    const origin = { commit: spec.commit, ...(tagObject === undefined ? {} : { tagObject }) };
    const date = tree.date === undefined ? {} : { date: tree.date };
    return { form: 'tree', digest: tree.digest, ...date, origin };
  },

  async fetch(spec, pinned, context) {
    requirePinned(pinned, { form: 'tree', digest: pinned.digest }, context.label);
    const origin = originSchema.safeParse(pinned.origin).data;
    await verify(spec, origin?.tagObject, context);
    const tree = await obtain(spec, context);
    requirePinned(pinned, { form: 'tree', digest: tree.digest }, context.label);
    return { ...pinned, path: tree.path };
  },
};

function formatOf(commit: string): 'sha1' | 'sha256' {
  return commit.length === 64 ? 'sha256' : 'sha1';
}

/**
 * Checks that the tag, if one is named, points to the commit, and the signature the recipe asks for. Every time: it is
 * quick, and what is in the store may have come from an input that asks for none.
 */
async function verify(
  spec: GitSpec,
  knownTag: string | undefined,
  context: InputContext,
): Promise<string | undefined> {
  if (spec.tag === undefined && spec.signed === undefined) return undefined;
  return await withRepository(spec.url, formatOf(spec.commit), context, async (repository) => {
    const tagObject =
      spec.tag === undefined
        ? undefined
        : await verifyTag(repository, spec, spec.tag, knownTag, context);
    if (spec.signed === 'commit') {
      await repository.ensureCommit(spec.commit);
      const what = `the commit ${spec.commit} of ${redactUrl(spec.url)}`;
      const { bytes } = await repository.readObject(spec.commit);
      const part = signedCommit(bytes, formatOf(spec.commit), what);
      await requireSignature(part, what, spec, context);
    }
    return tagObject;
  });
}

async function verifyTag(
  repository: Repository,
  spec: GitSpec,
  tag: string,
  known: string | undefined,
  context: InputContext,
): Promise<string> {
  const what = `the tag ${tag} of ${redactUrl(spec.url)}`;
  const id = await repository.ensureTag(tag, known);
  const { type, bytes } = await repository.readObject(id);
  if (type !== 'tag') {
    if (id !== spec.commit) throw mismatch(`${what} points to ${id}, not to ${spec.commit}`);
    if (spec.signed === 'tag') await requireSignature(undefined, what, spec, context);
    return id;
  }
  const parsed = parseTag(bytes);
  if (parsed === undefined) throw repository.damaged(what);
  if (spec.signed === 'tag') await requireSignature(signedTag(bytes, what), what, spec, context);
  // A signed tag moved to another name would pass an old release off as a new one.
  if (parsed.name !== tag) {
    throw mismatch(
      `${what} is, by its own words, the tag ${JSON.stringify(parsed.name.slice(0, 200))}`,
    );
  }
  if (parsed.type !== 'commit' || parsed.object !== spec.commit) {
    throw mismatch(`${what} points to the ${parsed.type} ${parsed.object}, not to ${spec.commit}`);
  }
  return id;
}

async function requireSignature(
  part: { readonly payload: Buffer; readonly signature: Buffer } | undefined,
  what: string,
  spec: GitSpec,
  context: InputContext,
): Promise<void> {
  if (part === undefined || spec.keyring === undefined) {
    throw new SelfsameError('SIGNATURE_MISSING', `${what} has no OpenPGP signature`, {
      hint: 'check how the project signs; if it does not, leave out signed: and rely on the commit hash',
    });
  }
  const { payload: data, signature } = part;
  const allowExpiredKeys = spec.allowExpiredKeys ?? false;
  await checkSignature({ what, data, signature, keyring: spec.keyring, allowExpiredKeys }, context);
}

/** The number is raised when the same commit would be exported differently than before. */
function memoKey(spec: GitSpec): string {
  return `git-1-${spec.commit}${spec.submodules ? '-submodules' : ''}`;
}

/** The exported tree, from the store if this commit was exported on this machine before. */
async function obtain(spec: GitSpec, context: InputContext): Promise<TreeMemo> {
  const known = await recallTree(context.store, memoKey(spec));
  if (known !== undefined) return known;
  await using scratch = await context.store.scratch('git');
  const target = join(scratch.path, 'tree');
  await mkdir(target);
  const writer = new TreeWriter(target, unpackLimits, unpackLimits.totalBytes);
  try {
    const date = await exportAll(spec, writer, context);
    const escaping = escapingLink(writer.links);
    if (escaping !== undefined) {
      throw new ArchiveError(
        'unsafe',
        `${escaping.path} is a link out of the tree, to ${escaping.target}`,
      );
    }
    const stored = await storeTree(context.store, target, { move: true });
    await rememberTree(context.store, memoKey(spec), { digest: stored.digest, date });
    return { digest: stored.digest, path: stored.path, date };
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new SelfsameError(
      'GIT_TREE_UNSAFE',
      `the commit ${spec.commit} of ${redactUrl(spec.url)} cannot be exported: ${error.message}`,
      {
        hint: 'use a release tarball of the project without unpack, and take it apart in a step',
        cause: error,
      },
    );
  }
}

interface Todo {
  readonly url: string;
  readonly commit: string;
  /** Where it goes, with a slash at the end; empty for the top. */
  readonly prefix: string;
  readonly depth: number;
}

/** Writes the commit and its submodules. Resolves with the date of the top commit. */
async function exportAll(
  spec: GitSpec,
  writer: TreeWriter,
  context: InputContext,
): Promise<number | undefined> {
  const todo: Todo[] = [{ url: spec.url, commit: spec.commit, prefix: '', depth: 0 }];
  let date: number | undefined;
  let count = 0;
  for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
    const { url, commit, prefix, depth } = next;
    if (depth > maxSubmoduleDepth || ++count > maxSubmodules) {
      throw invalid(prefix, url, 'is nested too deeply or one of too many');
    }
    await withRepository(url, formatOf(commit), context, async (repository) => {
      await repository.ensureCommit(commit);
      if (depth === 0) date = commitDate((await repository.readObject(commit)).bytes);
      const links = await exportCommit(repository, commit, prefix, writer, context);
      if (!spec.submodules || links.length === 0) return;
      const urls = await submoduleUrls(repository, commit);
      for (const link of links) {
        const address = urls.get(link.path);
        if (address === undefined) throw invalid(link.path, '', 'is not in .gitmodules');
        todo.push({
          url: address,
          commit: link.commit,
          prefix: `${prefix}${link.path}/`,
          depth: depth + 1,
        });
      }
    });
  }
  return date;
}

function mismatch(message: string): SelfsameError {
  return new SelfsameError('GIT_TAG_MISMATCH', message, {
    hint: 'find out which of tag and commit is meant; a tag that was moved upstream deserves suspicion',
  });
}
