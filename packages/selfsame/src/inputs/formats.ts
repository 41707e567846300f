import { z } from 'zod';
import { isFileName, urlProblem } from '../download/url.js';
import type { Scheme } from '../download/url.js';

/** Lower-case hexadecimal sha256. */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 lower-case hexadecimal digits');

/** Lower-case hexadecimal sha512. */
export const sha512Schema = z
  .string()
  .regex(/^[0-9a-f]{128}$/, 'a sha512 is 128 lower-case hexadecimal digits');

/** A URL bits may come from: see `urlProblem`. */
export function urlSchema(
  schemes: readonly Scheme[] = ['https:', 'http:', 'file:'],
): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const problem = urlProblem(text, schemes);
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', message: `the address ${problem}`, input: text });
    }
  });
}

/**
 * A path in the workspace as a person writes it: relative to the recipe's directory, `/`-separated.
 * `..` parts are allowed here; that the result stays in the workspace is checked on use.
 */
export const workspacePathSchema = z
  .string()
  .min(1, 'a path cannot be empty')
  .max(4096, 'a path has at most 4096 characters')
  .refine(
    (path) => !path.startsWith('/'),
    'a path is relative to the recipe, it cannot start with /',
  )
  .refine(
    (path) => !/[\u0000-\u001f\u007f\\]/u.test(path),
    'a path has no control characters or backslashes',
  );

export const fileNameSchema = z
  .string()
  .refine(isFileName, 'a file name has only letters, digits and _ + . ~ @ % = , : -');

/** Subresource-integrity text with exactly one sha512 or sha256 hash (https://www.w3.org/TR/SRI/). */
export const integritySchema = z
  .string()
  .regex(
    /^(?:sha512-[A-Za-z0-9+/]{85}[AQgw]==|sha256-[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/,
    'an integrity is sha512- or sha256- and the base64 hash, as the registry gives it',
  );
