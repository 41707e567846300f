import { debianSourceKind } from './debian-source/debian-source.js';
import { fileKind } from './file/file.js';
import { gitKind } from './git/git.js';
import { npmKind } from './npm/npm.js';
import type { InputKindName, InputSpec } from './schema.js';
import type { InputKind } from './types.js';
import { urlKind } from './url/url.js';

type SpecOf<Name extends InputKindName> = Extract<InputSpec, { readonly kind: Name }>;

const kinds: { readonly [Name in InputKindName]: InputKind<SpecOf<Name>> } = {
  file: fileKind,
  url: urlKind,
  git: gitKind,
  'debian-source': debianSourceKind,
  npm: npmKind,
};

/**
 * The kind with this name. Called with the `kind` of a spec it gives the implementation that takes such specs:
 * `inputKind(spec.kind).pin(spec, context)`.
 */
export function inputKind(name: InputKindName): InputKind<InputSpec> {
  // Each entry takes only its own variant; the pairing by `kind` is what the table above guarantees.
  return kinds[name];
}
