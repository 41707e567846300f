import { FieldReader, type FieldPath } from '../json/fields.js';
import type { JsonObject, JsonValue } from '../json/value.js';

/** Digests of a file by algorithm, lower-case hexadecimal. sha256 or sha512 is always among them. */
export type Digests = Readonly<Record<string, string>>;

/** Files by path as the link calls them: names, never paths to open. */
export type Artifacts = Readonly<Record<string, Digests>>;

/** Evidence that a step was done (in-toto specification 1.0 §4.4). */
export interface Link {
  /** Name of the step. */
  readonly name: string;
  readonly command: readonly string[];
  readonly materials: Artifacts;
  readonly products: Artifacts;
  readonly byproducts: JsonObject;
  /** rebuilderd writes null, which counts as empty. */
  readonly environment: JsonObject;
}

const MAX_ARTIFACTS = 100_000;

const read: FieldReader = new FieldReader('METABLOCK_INVALID');
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** Reads the `signed` part of a link. Throws `METABLOCK_INVALID` or `LIMIT_EXCEEDED`. */
export function parseLink(signed: JsonObject): Link {
  if (signed['_type'] !== 'link') read.fail('not a link', ['_type']);
  const data = ['materials', 'products', 'byproducts', 'environment'];
  read.object(signed, [], ['_type', 'name', 'command', ...data]);
  return {
    name: read.string(signed['name'], ['name']),
    command: parseStrings(signed['command'], ['command']),
    materials: parseArtifacts(signed['materials'], ['materials']),
    products: parseArtifacts(signed['products'], ['products']),
    byproducts: read.record(signed['byproducts'], ['byproducts']),
    environment: read.record(signed['environment'] ?? {}, ['environment']),
  };
}

function parseArtifacts(value: JsonValue | undefined, path: FieldPath): Artifacts {
  const artifacts = read.record(value, path);
  const paths = Object.keys(artifacts);
  if (paths.length > MAX_ARTIFACTS) read.fail('too many artifacts', path, 'LIMIT_EXCEEDED');
  for (const name of paths) {
    const digests = read.record(artifacts[name], [...path, name]);
    for (const [algorithm, digest] of Object.entries(digests)) {
      const text = read.string(digest, [...path, name, algorithm]);
      if (!/^[0-9a-f]+$/.test(text) || text.length !== (digestLengths[algorithm] ?? text.length)) {
        read.fail('not a digest', [...path, name, algorithm]);
      }
    }
    if (!Object.keys(digestLengths).some((algorithm) => Object.hasOwn(digests, algorithm))) {
      read.fail('neither sha256 nor sha512', [...path, name]);
    }
  }
  return artifacts as Artifacts;
}

function parseStrings(value: JsonValue | undefined, path: FieldPath): readonly string[] {
  return read.array(value, path, MAX_ARTIFACTS).map((item, at) => read.string(item, [...path, at]));
}

/** Whole sets are compared, as in-toto does: sha256 alone does not equal sha256 with sha512. */
export function equalDigests(a: Digests | undefined, b: Digests | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const algorithms = Object.keys(a);
  return (
    algorithms.length === Object.keys(b).length &&
    algorithms.every((algorithm) => a[algorithm] === b[algorithm])
  );
}

export function equalArtifacts(a: Artifacts, b: Artifacts): boolean {
  const paths = Object.keys(a);
  return (
    paths.length === Object.keys(b).length && paths.every((path) => equalDigests(a[path], b[path]))
  );
}
