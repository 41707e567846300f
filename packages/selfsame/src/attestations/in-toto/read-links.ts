import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { VerifyError, type Artifacts } from '@selfsame/verify';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { readBounded } from '../../record/folder-file.js';
import { parseInTotoFile, type InTotoBlock } from '../in-toto-layout/envelope.js';
import type { StepEvidence } from '../in-toto-layout/verify-layout.js';

/** Bounds on what is read for one layout, in counts and bytes. */
export const layoutFileLimits = {
  links: 4096,
  linkBytes: 16 * 1024 ** 2,
  allLinkBytes: 256 * 1024 ** 2,
  /** Layouts in place of links, below one another: as `verifyLayout`. */
  depth: 4,
  files: 200_000,
  fileDepth: 64,
} as const;

export interface ReadLinks {
  readonly evidence: readonly StepEvidence[];
  /** Files that are named like links and are none; relative to the folder. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** A layout file. Throws SelfsameError LAYOUT_INVALID. */
export async function readLayout(path: string, name: string): Promise<InTotoBlock> {
  try {
    return parseInTotoFile(await readBounded(path, layoutFileLimits.linkBytes));
  } catch (cause) {
    const why = cause instanceof VerifyError ? cause.message : whyUnreadable(cause);
    throw new SelfsameError('LAYOUT_INVALID', `${name} is not a layout: ${why}`, {
      hint: 'name the signed layout of in-toto (root.layout)',
      cause,
    });
  }
}

/**
 * Reads the links of a folder by their names, `<step>.<8 digits of the key id>.link`; those of a layout that stands in
 * place of a link are in the folder `<step>.<8 digits>` beside it (in-toto specification 1.0 §5.1 and `in-toto-verify`).
 *
 * @throws SelfsameError LAYOUT_FILES for a folder that cannot be read, or beyond the limits
 */
export async function readLinks(folder: string, signal: AbortSignal): Promise<ReadLinks> {
  const unreadable: ReadLinks['unreadable'][number][] = [];
  let count = 0;
  let bytes = 0;
  const read = async (below: string, depth: number): Promise<readonly StepEvidence[]> => {
    const names = (await list(join(folder, below))).map(({ name }) => name);
    const evidence: StepEvidence[] = [];
    for (const name of names.sort()) {
      const [, step] = /^(.+)\.[0-9a-f]{8}\.link$/s.exec(name) ?? [];
      if (step === undefined) continue;
      signal.throwIfAborted();
      count += 1;
      if (count > layoutFileLimits.links) throw tooMuch(folder, 'more links than can be meant');
      const path = join(below, name);
      try {
        const content = await readBounded(join(folder, path), layoutFileLimits.linkBytes);
        bytes += content.length;
        if (bytes > layoutFileLimits.allLinkBytes) throw tooMuch(folder, 'too large links');
        const block = parseInTotoFile(content);
        const inner = name.slice(0, -'.link'.length);
        // Only a layout has anything below it.
        const isLayout = block.signed['_type'] === 'layout' && names.includes(inner);
        const more =
          isLayout && depth < layoutFileLimits.depth
            ? { below: await read(join(below, inner), depth + 1) }
            : {};
        evidence.push({ step, block, ...more });
      } catch (error) {
        if (error instanceof SelfsameError) throw error;
        const why = error instanceof VerifyError ? error.message : whyUnreadable(error);
        unreadable.push({ path, why });
      }
    }
    return evidence;
  };
  return { evidence: await read('', 1), unreadable };
}

/**
 * The files of a directory by digest, all of them: rules that forbid files must see each. Throws SelfsameError
 * LAYOUT_FILES for what cannot be read, for links, and for special files.
 */
export async function readFilesAtHand(directory: string, signal: AbortSignal): Promise<Artifacts> {
  const found: [string, { readonly sha256: string }][] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    if (depth > layoutFileLimits.fileDepth) throw tooMuch(directory, 'too deep directories');
    for (const entry of await list(join(directory, below))) {
      signal.throwIfAborted();
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        await visit(path, depth + 1);
        continue;
      }
      if (!entry.isFile()) {
        const message = `${join(directory, path)} is neither a file nor a directory`;
        throw new SelfsameError('LAYOUT_FILES', message, {
          hint: 'give a directory with the files alone, links replaced by what they point to',
        });
      }
      if (found.length >= layoutFileLimits.files) throw tooMuch(directory, 'too many files');
      found.push([path, { sha256: await hashFile(join(directory, path), signal) }]);
    }
  };
  await visit('', 1);
  return Object.fromEntries(found);
}

async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ signal })) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch (error) {
    signal.throwIfAborted();
    throw unreadableFile(path, error);
  }
}

async function list(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

function unreadableFile(path: string, cause: unknown): SelfsameError {
  return new SelfsameError('LAYOUT_FILES', `${path} cannot be read: ${whyUnreadable(cause)}`, {
    hint: `look at it with: ls -la ${path}`,
    cause,
  });
}

function tooMuch(path: string, what: string): SelfsameError {
  return new SelfsameError('LAYOUT_FILES', `${path} holds ${what}`, {
    hint: 'give a folder with what belongs to this layout alone',
  });
}

function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
