import { z } from 'zod';
import { says } from '../util/yaml/validate.js';

/** Names of projects, targets, inputs, needs and environments: part of paths, file names and keys. */
export const nameForm = /^[a-z0-9][a-z0-9+.-]{0,63}$/;

export const nameSchema = z
  .string()
  .regex(
    nameForm,
    says(
      'must be a name: lower-case letters, digits and + . -, starting with a letter or digit, at most 64 characters',
    ),
  );

/** Names of variables. */
export const variableNameSchema = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
    says(
      'must be the name of a variable: letters, digits, _ and -, starting with a letter or _, at most 64 characters',
    ),
  );

/** Versions after expansion: they go into file names. */
export const versionSchema = z
  .string()
  .min(1, says('must not be empty'))
  .max(128, says('must have at most 128 characters'))
  .regex(/^[!-.0-~]*$/, says('must have only printable ASCII characters, without blanks and /'))
  .regex(/^[^-.]/, says('must not start with - or .'));

/** Debian suite code names and the like: `trixie`, `bookworm-updates`. */
export const suiteSchema = z
  .string()
  .max(64)
  .regex(
    /^[a-z][a-z0-9.-]*(?:\/[a-z][a-z0-9.-]*)?$/,
    says('must be the name of a suite, for example trixie'),
  );

export const architectureSchema = z
  .string()
  .max(32)
  .regex(/^[a-z0-9][a-z0-9-]+$/, says('must be a Debian architecture, for example amd64'));

export const componentSchema = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9-]*(?:\/[a-z][a-z0-9-]*)?$/, says('must be a component, for example main'));

/** `name` or `name=version` (Debian Policy 5.6.1 and 5.6.12). */
export const packageSchema = z
  .string()
  .max(512)
  .regex(
    /^[a-z0-9][a-z0-9+.-]+(?:=(?:[0-9]+:)?[0-9][A-Za-z0-9.+~-]*)?$/,
    says('must be a package name, optionally with a version: zlib1g-dev, gcc=4:14.2.0-1'),
  );

/** A pattern of paths below /build/out. */
export const outputSchema = z
  .string()
  .max(1024, says('must have at most 1024 characters'))
  .regex(
    /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\p{Cc}\\]+$/u,
    says(
      'must be a pattern of paths below /build/out: relative, without . and .. parts or backslashes',
    ),
  );

/** Where an input is copied to, below /build. */
export const placeSchema = z
  .string()
  .max(256, says('must have at most 256 characters'))
  .regex(
    /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_+.@~-]+(?:\/[A-Za-z0-9_+.@~-]+)*$/,
    says('must be a path below /build: letters, digits and _ + . @ ~ - between single slashes'),
  )
  .regex(
    /^(?!(?:inputs|needs|out)(?:\/|$))/,
    says('must not be in inputs, needs or out', 'put it below work, for example work/src'),
  );
