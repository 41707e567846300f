import { canonicalJsonBytes, STATEMENT_TYPE } from '@selfsame/verify';
import { sortArtifacts } from './artifacts.js';
import type { BuiltResult } from './built-result.js';

/** Predicate type of SLSA provenance v1 (slsa.dev/spec/v1.0/provenance). */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
/** `buildType` of what selfsame builds: its external parameters are a build definition. */
export const BUILD_TYPE = 'urn:selfsame:build:v1';

/** What one builder says of itself and of one run. Evidence for auditors; never a vote. */
export interface BuilderFacts {
  /** URI of who runs the builder, for example `https://ci.example.org/builder`. */
  readonly builderId: string;
  /** Versions of the software that built, for example `{selfsame: '0.1.0'}`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly invocationId?: string;
  readonly startedOn?: Date;
  readonly finishedOn?: Date;
}

/**
 * A SLSA provenance v1 statement over the artifacts of a result, as canonical JSON. Unlike a result
 * claim it may hold times and facts of the builder, so two builders' statements differ.
 */
export function provenancePayload(result: BuiltResult, facts: BuilderFacts): Uint8Array {
  const { definition } = result;
  const { project, version, target } = definition;
  const metadata = {
    ...(facts.invocationId !== undefined && { invocationId: facts.invocationId }),
    ...(facts.startedOn !== undefined && { startedOn: timestamp(facts.startedOn) }),
    ...(facts.finishedOn !== undefined && { finishedOn: timestamp(facts.finishedOn) }),
  };
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
        internalParameters: { sandbox: definition.sandbox },
        resolvedDependencies: [
          { name: 'environment', digest: { sha256: definition.environment } },
          ...definition.inputs.map(({ name, form, digest }) => ({
            name: `inputs/${name}`,
            // A tree's digest is of its manifest, not of a file, and must not look like one.
            digest: form === 'file' ? { sha256: digest } : { selfsameTree: digest },
          })),
          ...definition.needs.map(({ name, artifacts }) => ({
            name: `needs/${name}`,
            digest: { selfsameArtifactList: artifacts },
          })),
        ],
      },
      runDetails: {
        builder: { id: facts.builderId, version: facts.versions },
        ...(Object.keys(metadata).length > 0 && { metadata }),
      },
    },
  });
}

/** RFC 3339 in UTC without a fraction of a second, as in-toto's Timestamp type wants. */
function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
