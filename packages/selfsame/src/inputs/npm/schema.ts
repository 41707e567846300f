import { z } from 'zod';
import { integritySchema } from '../formats.js';

/** `npm: { package: left-pad, version: 1.3.0, integrity: sha512-... }` */
export const npmInputSchema = z.strictObject({
  package: z
    .string()
    .max(214, 'a package name has at most 214 characters')
    .regex(
      /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$/,
      'this is not a package name of the npm registry',
    ),
  version: z
    .string()
    .max(256)
    .regex(
      /^[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
      'a version is exact: 1.2.3, without ranges or tags',
    ),
  integrity: integritySchema.optional(),
});

export interface NpmSpec {
  readonly kind: 'npm';
  /** With its scope: `@scope/name`. */
  readonly package: string;
  readonly version: string;
  /** Subresource integrity of the tarball; absent: the lock pins it. */
  readonly integrity?: string | undefined;
  readonly unpack: boolean;
}
