import { z } from 'zod';

/** Debian Policy 5.6.1: at least two characters, lower-case letters, digits and `+ - .`. */
export const debianPackageSchema = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9][a-z0-9+.-]+$/,
    'a source package name has only lower-case letters, digits and + . -',
  );

/** Debian Policy 5.6.12. */
export const debianVersionSchema = z
  .string()
  .max(255)
  .regex(
    /^(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*$/,
    'a Debian version starts with a digit (after an optional epoch) and has only letters, digits and . + ~ -',
  );

const suiteSchema = z
  .string()
  .max(255)
  .regex(/^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)?$/, 'a suite is a name such as bookworm');

const componentSchema = z
  .string()
  .max(255)
  .regex(/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)?$/, 'a component is a name such as main');

/** `debian-source: { package: pigz, version: 2.8-1, suite: trixie }` */
export const debianSourceInputSchema = z.strictObject({
  package: debianPackageSchema,
  version: debianVersionSchema,
  suite: suiteSchema.optional(),
  component: componentSchema.optional(),
});

export interface DebianSourceSpec {
  readonly kind: 'debian-source';
  readonly package: string;
  readonly version: string;
  /** Default: every suite of the configured archive. */
  readonly suite?: string | undefined;
  /** Default: `main`. */
  readonly component?: string | undefined;
  readonly unpack: boolean;
}
