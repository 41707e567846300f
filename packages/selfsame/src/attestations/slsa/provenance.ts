import {
  isSha256Hex,
  type FieldPath,
  type JsonObject,
  type JsonValue,
  type Sha256Hex,
} from '@selfsame/verify';
import { MAX_ITEMS, parseOtherStatement, read, type OtherSubject } from './other-statement.js';

/** Predicate type of SLSA provenance (slsa.dev/spec/v1.0/provenance). */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';

/** What somebody says of a build: evidence to look at. It is never a vote. */
export interface Provenance {
  readonly subjects: readonly OtherSubject[];
  readonly buildType: string;
  readonly builderId: string;
  readonly externalParameters: JsonObject;
  /** Dependencies that have a sha256. */
  readonly dependencies: readonly {
    readonly uri: string | undefined;
    readonly sha256: Sha256Hex;
  }[];
}

/** What the person who verifies expects: the specification asks to pin these for every signer. */
export interface ProvenanceTrust {
  /** Builders that this signer may speak for, whole and exact. */
  readonly builderIds: readonly string[];
  /** Build types whose meaning is known, each with the names of its parameters; others are refused. */
  readonly buildTypes: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads provenance after its signature was verified. A builder, build type or external parameter that was not
 * expected is `STATEMENT_INVALID`; otherwise throws what `parseOtherStatement` throws.
 */
export function parseProvenance(
  payloadType: string,
  payload: Uint8Array,
  trust: ProvenanceTrust,
): Provenance {
  const { subjects, predicate } = parseOtherStatement(payloadType, payload, PROVENANCE_TYPE);
  const definition = read.record(predicate['buildDefinition'], ['buildDefinition']);
  const details = read.record(predicate['runDetails'], ['runDetails']);
  const builder = read.record(details['builder'], ['runDetails', 'builder']);
  const builderId = read.string(builder['id'], ['runDetails', 'builder', 'id']);
  const buildType = read.string(definition['buildType'], ['buildDefinition', 'buildType']);
  if (!trust.builderIds.includes(builderId)) {
    read.fail('not a builder that this signer speaks for', ['runDetails', 'builder', 'id']);
  }
  const known = Object.hasOwn(trust.buildTypes, buildType)
    ? trust.buildTypes[buildType]
    : undefined;
  if (known === undefined) read.fail('not a known build type', ['buildDefinition', 'buildType']);
  const path = ['buildDefinition', 'externalParameters'];
  const externalParameters = read.object(definition['externalParameters'], path, [], known);
  const listPath = ['buildDefinition', 'resolvedDependencies'];
  const list = read.array(definition['resolvedDependencies'] ?? [], listPath, MAX_ITEMS);
  const dependencies = list.flatMap((value, at) => parseDependency(value, [...listPath, at]));
  return { subjects, buildType, builderId, externalParameters, dependencies };
}

function parseDependency(value: JsonValue, path: FieldPath): Provenance['dependencies'] {
  const resource = read.record(value, path);
  const digest = read.record(resource['digest'] ?? {}, [...path, 'digest']);
  const { uri } = resource;
  return isSha256Hex(digest['sha256'])
    ? [{ uri: uri === undefined ? undefined : read.string(uri, path), sha256: digest['sha256'] }]
    : [];
}
