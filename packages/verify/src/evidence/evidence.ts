import { claimName, type BuildName } from '../claim/result-claim.js';
import { readEnvelope, type Envelope } from '../dsse/envelope.js';
import { FieldReader } from '../json/fields.js';
import { parseJson } from '../json/parse.js';
import type { JsonObject, JsonValue } from '../json/value.js';
import type { LogCopy } from '../log/logged-claims.js';
import { parseNote, type Note } from '../log/note.js';
import { parseTlogProof, type TlogProof } from '../log/tlog-proof.js';

/** `type` of an evidence file. */
export const EVIDENCE_TYPE = 'selfsame/evidence/v1';

/** Bounds on one evidence file; each part has bounds of its own besides. */
export const evidenceLimits = {
  bytes: 256 * 1024 * 1024,
  builds: 10_000,
  attestations: 100_000,
  definitions: 1000,
  rosters: 10_000,
  proofs: 100_000,
  logs: 64,
  entries: 1_000_000,
} as const;

/** What is said of one build, as in its folder. */
export interface EvidenceBuild {
  readonly build: BuildName;
  readonly attestations: readonly Envelope[];
  /** Build definitions, to show what differs: proved by their digests, and no verdict depends on them. */
  readonly definitions: readonly JsonObject[];
}

/**
 * Everything a verdict needs, in one file (docs/evidence-files.md): nothing in it is verified, and the policy in
 * it is only what its packer used.
 */
export interface EvidenceFile {
  /** The policy as a document, as `parsePolicy` reads it. */
  readonly policy: JsonObject;
  /** Versions of the roster, each with its owners' signatures. */
  readonly roster: readonly Envelope[];
  readonly builds: readonly EvidenceBuild[];
  readonly proofs: readonly TlogProof[];
  readonly logs: readonly LogCopy[];
}

const read: FieldReader = new FieldReader('EVIDENCE_INVALID');

/**
 * Reads an evidence file: strictly, all of it or nothing. Throws `EVIDENCE_INVALID`, `LIMIT_EXCEEDED`, and what
 * the readers of its parts throw.
 */
export function parseEvidence(input: Uint8Array | string): EvidenceFile {
  const document = parseJson(input, { maxBytes: evidenceLimits.bytes });
  const names = ['type', 'policy', 'roster', 'builds', 'proofs', 'logs'];
  const fields = read.object(document, [], names);
  if (fields['type'] !== EVIDENCE_TYPE) read.fail(`not ${EVIDENCE_TYPE}`, ['type']);
  const left = { ...evidenceLimits };
  const readNote = rememberNotes();
  const list = (
    from: JsonObject,
    name: Exclude<keyof typeof evidenceLimits, 'bytes'>,
    field: string,
    path: readonly (string | number)[],
  ): readonly JsonValue[] => {
    const items = read.array(from[field], [...path, field], left[name]);
    // Bounds hold for the whole file, however it is divided.
    (left as Record<typeof name, number>)[name] -= items.length;
    return items;
  };
  return {
    policy: read.record(fields['policy'], ['policy']),
    roster: list(fields, 'rosters', 'roster', []).map(readEnvelope),
    builds: list(fields, 'builds', 'builds', []).map((value, index) => {
      const path = ['builds', index];
      const build = read.object(value, path, [
        'project',
        'version',
        'target',
        'attestations',
        'definitions',
      ]);
      const name = (field: keyof BuildName): string => claimName(build[field], field);
      return {
        build: { project: name('project'), version: name('version'), target: name('target') },
        attestations: list(build, 'attestations', 'attestations', path).map(readEnvelope),
        definitions: list(build, 'definitions', 'definitions', path).map((one, at) =>
          read.record(one, [...path, 'definitions', at]),
        ),
      };
    }),
    proofs: list(fields, 'proofs', 'proofs', []).map((value, index) =>
      parseTlogProof(read.string(value, ['proofs', index]), readNote),
    ),
    logs: list(fields, 'logs', 'logs', []).map((value, index) => {
      const path = ['logs', index];
      const log = read.object(value, path, ['checkpoint', 'entries']);
      return {
        checkpoint: readNote(read.string(log['checkpoint'], [...path, 'checkpoint'])),
        entries: list(log, 'entries', 'entries', path).map((entry, at) =>
          new TextEncoder().encode(read.string(entry, [...path, 'entries', at])),
        ),
      };
    }),
  };
}

/** Reads each note once, as proofs of one checkpoint repeat it; the same text gives the same object. */
function rememberNotes(): (text: string) => Note {
  const known = new Map<string, Note>();
  return (text) => {
    const note = known.get(text) ?? parseNote(text);
    known.set(text, note);
    return note;
  };
}
