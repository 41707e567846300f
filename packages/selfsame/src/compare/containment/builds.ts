import {
  isJsonObject,
  parseStatement,
  STATEMENT_PAYLOAD_TYPE,
  VerifyError,
} from '@selfsame/verify';
import type { JsonValue } from '@selfsame/verify';

/** What the provenance beside a build's artifacts says of what went in. Claimed by the builder, not proved. */
export interface BuildRecord {
  readonly project: string;
  readonly version: string;
  readonly target: string;
  /** sha256 of the build definition. */
  readonly definition: string;
  /** Canonical text of what the build saw of its surroundings. */
  readonly sandbox: string;
  /** Digests of what went in by its name: `environment`, `environment/gcc`, `inputs/source`, `needs/zlib`. */
  readonly materials: ReadonlyMap<string, string>;
  /** sha256 of artifacts by path. */
  readonly artifacts: ReadonlyMap<string, string>;
}

/** Largest provenance read, bytes: some thousand packages. */
export const provenanceBytes = 16 * 1024 ** 2;

/** Reads SLSA provenance as `selfsame build` writes it (record/provenance.ts); undefined: it is something else. */
export function readBuildRecord(bytes: Uint8Array): BuildRecord | undefined {
  if (bytes.length > provenanceBytes) return undefined;
  try {
    const { predicate, subjects } = parseStatement(STATEMENT_PAYLOAD_TYPE, bytes);
    const build = object(object(predicate)['buildDefinition']);
    const external = object(build['externalParameters']);
    const materials = new Map<string, string>();
    for (const entry of array(build['resolvedDependencies'])) {
      const { name, digest } = object(entry);
      const [value] = Object.values(object(digest));
      if (typeof name === 'string' && typeof value === 'string') materials.set(name, value);
    }
    return {
      project: text(external['project']),
      version: text(external['version']),
      target: text(external['target']),
      definition: text(object(external['definition'])['sha256']),
      sandbox: JSON.stringify(object(build['internalParameters'])['sandbox'] ?? null),
      materials,
      artifacts: new Map(subjects.map(({ name, sha256 }) => [name, sha256])),
    };
  } catch (error) {
    if (error instanceof VerifyError || error instanceof NotARecord) return undefined;
    throw error;
  }
}

class NotARecord extends Error {}

function object(value: unknown): Readonly<Record<string, JsonValue>> {
  if (!isJsonObject(value as JsonValue)) throw new NotARecord();
  return value as Record<string, JsonValue>;
}

function array(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new NotARecord();
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > 4096) throw new NotARecord();
  return value;
}

/** Why the artifacts of one build differ from those of the same build elsewhere. */
export type BuildAttribution =
  | { readonly type: 'same' }
  /** Everything that went in is the same: the build itself is not reproducible. */
  | { readonly type: 'unreproducible' }
  /** Only what it needs differs, and those builds differ themselves: by their names. */
  | { readonly type: 'needs'; readonly needs: readonly string[] }
  /** It was another build: what else went in differs, in words. */
  | {
      readonly type: 'other-inputs';
      readonly differ: readonly string[];
      readonly needs: readonly string[];
    };

/** Compares what went into two builds of the same project, version and target. */
export function attributeBuild(a: BuildRecord, b: BuildRecord): BuildAttribution {
  if (sameEntries(a.artifacts, b.artifacts)) return { type: 'same' };
  if (a.definition === b.definition) return { type: 'unreproducible' };
  const names = new Set([...a.materials.keys(), ...b.materials.keys()]);
  const changed = [...names].filter((name) => a.materials.get(name) !== b.materials.get(name));
  const needs = changed.flatMap((name) => /^needs\/([^/]+)$/.exec(name)?.[1] ?? []);
  const packages = changed.filter((name) => name.startsWith('environment/'));
  const differ = [
    ...changed.filter((name) => name.startsWith('inputs/')),
    ...(packages.length > 0 ? packages : changed.filter((name) => name === 'environment')),
    ...(a.sandbox === b.sandbox ? [] : ['sandbox']),
  ].sort();
  if (differ.length === 0 && needs.length > 0) return { type: 'needs', needs };
  // The provenance lists no steps: what is left must be in them.
  return { type: 'other-inputs', differ: differ.length > 0 ? differ : ['steps or outputs'], needs };
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

/** For a person; undefined where there is nothing to say. */
export function attributionText(
  build: BuildRecord,
  attribution: BuildAttribution,
): string | undefined {
  const name = `${build.project}@${build.target}`;
  const listed = (names: readonly string[]): string =>
    names.length > 5
      ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
      : names.join(', ');
  switch (attribution.type) {
    case 'same':
      return undefined;
    case 'unreproducible':
      return `${name} is not reproducible itself: everything that went in is the same`;
    case 'needs':
      return `${name} differs only because its ${attribution.needs.length === 1 ? 'dependency' : 'dependencies'} ${listed(attribution.needs)} ${attribution.needs.length === 1 ? 'differs' : 'differ'}`;
    case 'other-inputs': {
      const also =
        attribution.needs.length > 0 ? `, and dependencies: ${listed(attribution.needs)}` : '';
      return `${name} was built from other things: ${listed(attribution.differ)}${also}`;
    }
  }
}
