import { z } from 'zod';
import {
  fileNameSchema,
  sha256Schema,
  sha512Schema,
  urlSchema,
  workspacePathSchema,
} from '../formats.js';

/** Largest file an input may be, bytes (16 GiB): a bound on what one download can fill a disk with. */
export const maxInputBytes = 16 * 1024 ** 3;

const signatureSchema = z
  .strictObject({
    url: urlSchema().optional(),
    file: workspacePathSchema.optional(),
    keyring: workspacePathSchema,
    allowExpiredKeys: z.boolean().optional(),
  })
  .refine((signature) => (signature.url === undefined) !== (signature.file === undefined), {
    message: 'a signature has either a url or a file',
  });

/** `url: { urls: [...], sha256: ..., signature: { url: ..., keyring: ... } }` */
export const urlInputSchema = z.strictObject({
  urls: z
    .array(urlSchema())
    .min(1, 'at least one address is needed')
    .max(32, 'at most 32 addresses'),
  sha256: sha256Schema.optional(),
  sha512: sha512Schema.optional(),
  size: z.number().int().min(0).max(maxInputBytes).optional(),
  fileName: fileNameSchema.optional(),
  signature: signatureSchema.optional(),
});

export interface SignatureSpec {
  /** Where the detached signature is: exactly one of `url` and `file`. */
  readonly url?: string | undefined;
  /** Path relative to the recipe's directory. */
  readonly file?: string | undefined;
  /** Keyring (binary or armored), relative to the recipe's directory. */
  readonly keyring: string;
  /** Accept a key that has expired since, if the signature was made before that. Default false. */
  readonly allowExpiredKeys?: boolean | undefined;
}

export interface UrlSpec {
  readonly kind: 'url';
  /** Mirrors of the same file, tried in order. */
  readonly urls: readonly string[];
  readonly sha256?: string | undefined;
  readonly sha512?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** Name in the sandbox; default: last part of the first address. */
  readonly fileName?: string | undefined;
  readonly signature?: SignatureSpec | undefined;
  readonly unpack: boolean;
}
