// Specification: docs/evidence-files.md.

import {
  canonicalJson,
  compareBytewise,
  EVIDENCE_TYPE,
  formatNote,
  VerifyError,
  type EvidenceFile,
} from '@selfsame/verify';
import { envelopeDocument } from '../signing/envelope.js';
import { formatTlogProof } from '../signing/note.js';

/**
 * The file: canonical JSON and a line feed. What has no order of its own is sorted and held once, so that equal
 * evidence is equal bytes. Throws `EVIDENCE_INVALID` for entries of logs that are no text.
 */
export function formatEvidence({ policy, roster, builds, proofs, logs }: EvidenceFile): string {
  const document = {
    type: EVIDENCE_TYPE,
    policy,
    roster: sorted(roster.map(envelopeDocument)),
    builds: sorted(
      builds.map(({ build, attestations, definitions }) => ({
        project: build.project,
        version: build.version,
        target: build.target,
        attestations: sorted(attestations.map(envelopeDocument)),
        definitions: sorted(definitions),
      })),
    ),
    proofs: sorted(proofs.map(formatTlogProof)),
    logs: sorted(
      logs.map(({ checkpoint, entries }) => ({
        checkpoint: formatNote(checkpoint),
        entries: entries.map(entryText),
      })),
    ),
  };
  return `${canonicalJson(document)}\n`;
}

function sorted<T>(items: readonly T[]): readonly T[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => compareBytewise(a, b)).map(([, item]) => item);
}

function entryText(entry: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry);
  } catch {
    throw new VerifyError('EVIDENCE_INVALID', 'an entry of a log is not text');
  }
}
