import { z } from 'zod';
import { debianSourceInputSchema } from './debian-source/schema.js';
import type { DebianSourceSpec } from './debian-source/schema.js';
import { fileInputSchema } from './file/schema.js';
import type { FileSpec } from './file/schema.js';
import { gitInputSchema } from './git/schema.js';
import type { GitSpec } from './git/schema.js';
import { npmInputSchema } from './npm/schema.js';
import type { NpmSpec } from './npm/schema.js';
import { urlInputSchema } from './url/schema.js';
import type { UrlSpec } from './url/schema.js';

/** Names of the kinds, as they are written in a recipe. */
export const inputKindNames = ['file', 'url', 'git', 'debian-source', 'npm'] as const;

export type InputKindName = (typeof inputKindNames)[number];

/**
 * One entry of a recipe's `inputs:`, after expressions are expanded: exactly one key naming the kind, and
 * beside it `unpack` and `at`. `toInputSpec` turns the parsed entry into what the kinds work on.
 */
export const inputSchema = z
  .strictObject({
    file: fileInputSchema.optional(),
    url: urlInputSchema.optional(),
    git: gitInputSchema.optional(),
    'debian-source': debianSourceInputSchema.optional(),
    npm: npmInputSchema.optional(),
    /** Unpack the archive (or Debian source package) instead of handing over the file. */
    unpack: z.boolean().default(false),
    /** Place of a writable copy below `/build`; checked by recipe/. */
    at: z.string().optional(),
  })
  .superRefine((entry, context) => {
    const present = inputKindNames.filter((kind) => entry[kind] !== undefined);
    if (present.length !== 1) {
      const found = present.length === 0 ? 'none' : present.join(' and ');
      context.addIssue({
        code: 'custom',
        message: `an input has exactly one of ${inputKindNames.join(', ')}; this one has ${found}`,
        input: entry,
      });
    }
    if (entry.git !== undefined && entry.unpack) {
      context.addIssue({
        code: 'custom',
        path: ['unpack'],
        message: 'a git input is always a directory of files: leave out unpack',
        input: entry,
      });
    }
  });

/** A parsed entry of `inputs:`. */
export type InputEntry = z.infer<typeof inputSchema>;

/** What the input kinds work on: one variant per kind, tagged by `kind`. */
export type InputSpec = FileSpec | UrlSpec | GitSpec | DebianSourceSpec | NpmSpec;

/** Turns a parsed entry into the tagged union. `entry` must come from `inputSchema`. */
export function toInputSpec(entry: InputEntry): InputSpec {
  const { unpack } = entry;
  if (entry.file !== undefined) return { kind: 'file', path: entry.file, unpack };
  if (entry.url !== undefined) return { kind: 'url', ...entry.url, unpack };
  if (entry.git !== undefined) {
    return { kind: 'git', ...entry.git, submodules: entry.git.submodules ?? false, unpack };
  }
  if (entry['debian-source'] !== undefined) {
    return { kind: 'debian-source', ...entry['debian-source'], unpack };
  }
  if (entry.npm !== undefined) return { kind: 'npm', ...entry.npm, unpack };
  throw new TypeError('an input entry without a kind was not validated by inputSchema');
}
