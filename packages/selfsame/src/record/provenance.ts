import {
  canonicalJsonBytes,
  isJsonObject,
  parseStatement,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
  VerifyError,
  type JsonValue,
} from '@selfsame/verify';
import type { LockedPackage } from '../environment/types.js';
import type { Sha256 } from '../store/types.js';
import { sortArtifacts } from './artifacts.js';
import type { Artifact, BuildDefinition } from './definition.js';

/** Predicate type of SLSA provenance v1 (slsa.dev/spec/v1.0/provenance). */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
/** `buildType` of what selfsame builds: its external parameters are a build definition. */
export const BUILD_TYPE = 'urn:selfsame:build:v1';
/** `builder.id` of a machine that nobody gave a name: who vouches for it is said by the signature. */
export const LOCAL_BUILDER = 'urn:selfsame:builder:local';

/** What a provenance statement is about. */
export interface ProvenResult {
  readonly buildId: Sha256;
  readonly definition: BuildDefinition;
  readonly artifacts: readonly Artifact[];
}

/** What went in, in more detail than a build definition has room for. */
export interface Materials {
  /** Of the locked environment. */
  readonly packages: readonly LockedPackage[];
  readonly distribution: string;
  /** Code name, for example `trixie`. */
  readonly suite: string;
  /** What the lock says of an input beyond its digest (commit, pool path, integrity), by its name. */
  readonly origins: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Artifacts of the needed builds, by the need's name. */
  readonly needs: ReadonlyMap<string, readonly Artifact[]>;
}

/** What one builder says of itself and of one run. Evidence for auditors; never a vote. */
export interface BuilderFacts {
  /** Versions of the software that built, for example `{selfsame: '0.1.0'}`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly host: {
    /** Release, for example `6.12.0-amd64`. */
    readonly kernel: string;
    readonly architecture: string;
    readonly cpus: number;
    readonly memoryBytes: number;
  };
  readonly startedOn: Date;
  readonly finishedOn: Date;
  /** What the determinism level could not fix on this host, in words. */
  readonly notFixed: readonly string[];
}

/**
 * A SLSA provenance v1 statement over the artifacts of a result, as canonical JSON. Unlike a result
 * claim it holds times and facts of the builder, so two builders' statements differ. Fields called
 * `selfsame_…` are extension fields as SLSA's parsing rules have them.
 */
export function provenancePayload(
  result: ProvenResult,
  materials: Materials,
  facts: BuilderFacts,
): Uint8Array {
  const { project, version, target, sandbox } = result.definition;
  return canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: sortArtifacts(result.artifacts).map(({ path, sha256 }) => ({
      name: path,
      digest: { sha256 },
    })),
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { project, version, target, definition: { sha256: result.buildId } },
        internalParameters: { sandbox },
        resolvedDependencies: resolvedDependencies(result.definition, materials),
      },
      runDetails: {
        builder: { id: LOCAL_BUILDER, version: facts.versions, selfsame_host: facts.host },
        metadata: {
          startedOn: timestamp(facts.startedOn),
          finishedOn: timestamp(facts.finishedOn),
          selfsame_notFixed: facts.notFixed,
        },
      },
    },
  });
}

/**
 * in-toto resource descriptors. Digests that are not of a file's bytes have names of their own, so that
 * they cannot be mistaken for one.
 */
function resolvedDependencies(definition: BuildDefinition, materials: Materials) {
  const { packages, distribution, suite, origins, needs } = materials;
  return [
    { name: 'environment', digest: { selfsameEnvironment: definition.environment } },
    ...packages.map(({ name, version, architecture, sha256 }) => ({
      name: `environment/${name}`,
      uri: packageUrl(distribution, suite, name, version, architecture),
      digest: { sha256 },
    })),
    ...definition.inputs.map(({ name, form, digest }) => {
      const origin = origins.get(name) ?? {};
      return {
        name: `inputs/${name}`,
        digest: form === 'file' ? { sha256: digest } : { selfsameTree: digest },
        ...(Object.keys(origin).length > 0 && { annotations: { selfsame_origin: origin } }),
      };
    }),
    ...definition.needs.flatMap(({ name, artifacts }) => [
      { name: `needs/${name}`, digest: { selfsameArtifactList: artifacts } },
      ...sortArtifacts(needs.get(name) ?? []).map(({ path, sha256 }) => ({
        name: `needs/${name}/${path}`,
        digest: { sha256 },
      })),
    ]),
  ];
}

/** `pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64&distro=trixie` (github.com/package-url/purl-spec). */
function packageUrl(
  distribution: string,
  suite: string,
  name: string,
  version: string,
  architecture: string,
): string {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':');
  return (
    `pkg:deb/${encode(distribution)}/${encode(name)}@${encode(version)}` +
    `?arch=${encode(architecture)}&distro=${encode(suite)}`
  );
}

/**
 * In words, why stored bytes are not a provenance statement of a result, or undefined when they are:
 * nobody should sign evidence about something else.
 */
export function provenanceProblem(bytes: Uint8Array, result: ProvenResult): string | undefined {
  try {
    const { predicateType, predicate, subjects } = parseStatement(STATEMENT_PAYLOAD_TYPE, bytes);
    if (predicateType !== PROVENANCE_TYPE) return 'it is no SLSA provenance v1';
    const definition = dig(predicate, [
      'buildDefinition',
      'externalParameters',
      'definition',
      'sha256',
    ]);
    if (definition !== result.buildId) return 'it is about another build';
    const said = subjects.map(({ name, sha256 }) => `${sha256} ${name}`);
    const built = sortArtifacts(result.artifacts).map(({ path, sha256 }) => `${sha256} ${path}`);
    return said.join('\n') === built.join('\n') ? undefined : 'it names other artifacts';
  } catch (error) {
    if (error instanceof VerifyError) return error.message;
    throw error;
  }
}

function dig(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (found, key) => (found !== undefined && isJsonObject(found) ? found[key] : undefined),
    value,
  );
}

/** RFC 3339 in UTC without a fraction of a second, as in-toto's Timestamp type wants. */
function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
