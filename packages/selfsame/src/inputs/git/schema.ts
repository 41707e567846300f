import { z } from 'zod';
import { urlSchema, workspacePathSchema } from '../formats.js';

/** A tag name: git-check-ref-format's rules narrowed to what is portable and cannot look like an option. */
const tagSchema = z
  .string()
  .max(255, 'a tag has at most 255 characters')
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_+./@-]*$/, 'a tag has only letters, digits and _ + . / @ -')
  .refine(
    (tag) => !/\.\.|\/\/|@\{|\/\.|\/$|\.$|\.lock(?:\/|$)/.test(tag),
    'this is not a valid tag name for git',
  );

/** `git: { url: ..., commit: <full>, signed: tag|commit, tag: v1, keyring: ..., submodules: true }` */
export const gitInputSchema = z
  .strictObject({
    url: urlSchema(['https:', 'http:', 'file:']),
    commit: z
      .string()
      .regex(
        /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
        'a commit is its full hash: 40 (or, in sha256 repositories, 64) lower-case hexadecimal digits',
      ),
    tag: tagSchema.optional(),
    signed: z.enum(['tag', 'commit']).optional(),
    keyring: workspacePathSchema.optional(),
    allowExpiredKeys: z.boolean().optional(),
    submodules: z.boolean().optional(),
  })
  .superRefine((git, context) => {
    if (git.signed !== undefined && git.keyring === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['signed'],
        message: 'a signature is checked against a keyring: add keyring',
        input: git,
      });
    }
    if (git.signed === undefined && git.keyring !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['keyring'],
        message: 'a keyring is used only with signed: tag or signed: commit',
        input: git,
      });
    }
    if (git.signed === 'tag' && git.tag === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['signed'],
        message: 'signed: tag needs the name of the tag: add tag',
        input: git,
      });
    }
  });

export interface GitSpec {
  readonly kind: 'git';
  readonly url: string;
  /** Full commit id. */
  readonly commit: string;
  /** A tag that must point at the commit. */
  readonly tag?: string | undefined;
  /** What must carry a good signature by a key of `keyring`. */
  readonly signed?: 'tag' | 'commit' | undefined;
  /** Relative to the recipe's directory. */
  readonly keyring?: string | undefined;
  /** Accept a key that has expired since, if the signature was made before that. Default false. */
  readonly allowExpiredKeys?: boolean | undefined;
  readonly submodules: boolean;
  readonly unpack: boolean;
}
