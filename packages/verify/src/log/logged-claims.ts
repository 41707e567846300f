// Specification: docs/policies.md "Ask for a log", docs/attestation-formats.md "Logs".

import type { BuildName } from '../claim/result-claim.js';
import { encodeHex } from '../encoding/hex.js';
import { VerifyError } from '../errors.js';
import type { LogRule } from '../policy/policy.js';
import type { CompleteList, ListedVote } from '../verdict/completeness.js';
import { sameBuild } from '../verdict/other-claims.js';
import type { WitnessedEntry } from '../verdict/vote.js';
import { verifyCheckpoint, type VerifiedCheckpoint } from './checkpoint.js';
import { parseLogEntry, type LogEntry } from './entry.js';
import { leafHash, treeHash, verifyInclusion } from './merkle.js';
import { equalBytes } from '../encoding/bytes.js';
import { formatNote, parseNoteKey, type Note, type NoteKey } from './note.js';
import type { TlogProof } from './tlog-proof.js';

/** Every entry of a log up to a checkpoint, of which nothing is checked yet. */
export interface LogCopy {
  readonly checkpoint: Note;
  readonly entries: readonly Uint8Array[];
}

/** What logs of a policy were found to hold: all of it verified. */
export interface LoggedClaims {
  /** By the hash of the leaf in hexadecimal: since when a quorum of witnesses vouches for it. */
  readonly witnessed: ReadonlyMap<string, WitnessedEntry>;
  /** Whole logs, by origin. */
  readonly whole: ReadonlyMap<string, WholeLog>;
  /** Logs that signed two histories: the proof is the two checkpoints, as notes. Sorted. */
  readonly splits: readonly SplitView[];
  /** Proofs and copies that prove nothing, and why; each sentence once, sorted. */
  readonly problems: readonly string[];
}

/** Two checkpoints that one log signed and of which neither is part of the other. */
export interface SplitView {
  readonly log: string;
  readonly checkpoints: readonly [string, string];
}

interface WholeLog {
  readonly note: string;
  readonly leaves: readonly Uint8Array[];
  readonly entries: readonly LogEntry[];
  readonly witnesses: VerifiedCheckpoint['witnesses'];
}

/**
 * Verifies what is at hand of the logs that a policy names. Nothing in it makes this throw: what proves nothing
 * is a problem that is shown. The result does not depend on order; of several proofs for one leaf the earliest
 * witnessed time counts, of several copies of a log the fullest. A log with two histories is whole nowhere.
 * Throws `POLICY_INVALID` for a key in the rule that is none.
 *
 * @param proofs each carries its entry as `extra` bytes
 */
export function verifyLogs(
  rule: LogRule,
  proofs: readonly TlogProof[],
  copies: readonly LogCopy[] = [],
): LoggedClaims {
  const reader = new CheckpointReader(rule);
  const witnessed = new Map<string, WitnessedEntry>();
  const whole = new Map<string, WholeLog>();
  const problems = new Set<string>();
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      problems.add(error.message);
    }
  };
  const add = (leaf: Uint8Array, { log, entry }: ReadCheckpoint): void => {
    if (entry === undefined) {
      const wanted = `${rule.witnesses.threshold} witnesses of the policy`;
      throw new VerifyError(
        'PROOF_INVALID',
        `a checkpoint of ${log.name} has fewer than ${wanted}`,
      );
    }
    const id = encodeHex(leaf);
    const known = witnessed.get(id);
    if (known === undefined || isBefore(entry, known)) witnessed.set(id, entry);
  };
  for (const { index, hashes, checkpoint, extra } of proofs) {
    attempt(() => {
      if (extra === undefined) throw new VerifyError('PROOF_INVALID', 'a proof has no entry');
      const found = reader.read(checkpoint);
      const { size, root } = found.verified.checkpoint;
      const leaf = leafHash(extra);
      verifyInclusion(leaf, index, size, root, hashes);
      add(leaf, found);
    });
  }
  for (const { checkpoint, entries } of copies) {
    attempt(() => {
      const found = reader.read(checkpoint);
      const { size, root } = found.verified.checkpoint;
      const { name } = found.log;
      const leaves = entries.map(leafHash);
      if (leaves.length !== size || !equalBytes(treeHash(leaves), root)) {
        const what = `the copy of ${name} is not what its checkpoint says`;
        throw new VerifyError('PROOF_INVALID', what);
      }
      const { witnesses } = found.verified;
      const copy = { note: found.note, leaves, entries: entries.flatMap(readEntry), witnesses };
      const known = whole.get(name);
      if (known === undefined || isFuller(copy, known, rule)) whole.set(name, copy);
      for (const leaf of leaves) add(leaf, found);
    });
  }
  const splits = findSplits(reader.all, whole);
  for (const { log } of splits) whole.delete(log);
  return { witnessed, whole, splits, problems: [...problems].sort() };
}

/** Checkpoints of one size with two roots, and those that the fullest copy of their log does not begin with. */
function findSplits(
  all: readonly ReadCheckpoint[],
  whole: ReadonlyMap<string, WholeLog>,
): readonly SplitView[] {
  const sorted = [...all].sort((a, b) => (a.note < b.note ? -1 : 1));
  const splits = new Map<string, SplitView>();
  const bySize = new Map<string, ReadCheckpoint>();
  for (const one of sorted) {
    const { size, root } = one.verified.checkpoint;
    const { name } = one.log;
    const same = bySize.get(`${size} ${name}`) ?? one;
    bySize.set(`${size} ${name}`, same);
    const copy = whole.get(name);
    const isApart = !equalBytes(root, same.verified.checkpoint.root);
    const isOther =
      copy !== undefined &&
      size <= copy.leaves.length &&
      !equalBytes(root, treeHash(copy.leaves.slice(0, size)));
    if ((!isApart && !isOther) || splits.has(name)) continue;
    const other = isApart ? same.note : (copy?.note ?? '');
    splits.set(name, {
      log: name,
      checkpoints: other < one.note ? [other, one.note] : [one.note, other],
    });
  }
  return [...splits.values()].sort((a, b) => (a.log < b.log ? -1 : 1));
}

/**
 * All votes for a build in *all* logs that the rule names; undefined unless each of them is there as a whole.
 * As old as the oldest, witnessed as the least witnessed.
 */
export function listVotes(
  { whole }: LoggedClaims,
  { logs, witnesses: { threshold } }: LogRule,
  build: BuildName,
): CompleteList | undefined {
  const votes: ListedVote[] = [];
  let time = Infinity;
  let witnesses: readonly string[] | undefined;
  for (const text of logs) {
    const log = whole.get(text.slice(0, text.indexOf('+')));
    if (log === undefined) return undefined;
    for (const entry of log.entries) {
      if (sameBuild(entry.build, build)) votes.push({ evidence: entry.payload, key: entry.key });
    }
    const names = [...new Set(log.witnesses.map(({ key }) => key.name))].sort();
    if (witnesses === undefined || names.length < witnesses.length) witnesses = names;
    time = Math.min(time, latest(log.witnesses, threshold));
  }
  return witnesses && { build, votes, time, witnesses };
}

interface ReadCheckpoint {
  /** Its bytes as a note. */
  readonly note: string;
  readonly log: NoteKey;
  readonly verified: VerifiedCheckpoint;
  /** Undefined where too few witnesses cosigned. */
  readonly entry: WitnessedEntry | undefined;
}

/** Reads and verifies checkpoints, each text once: many proofs share one. */
class CheckpointReader {
  readonly #logs: readonly NoteKey[];
  readonly #witnesses: readonly NoteKey[];
  readonly #threshold: number;
  readonly #known = new Map<string, ReadCheckpoint>();

  constructor({ logs, witnesses }: LogRule) {
    this.#logs = keys(logs, 'logs');
    this.#witnesses = keys(witnesses.keys, 'witnesses');
    this.#threshold = witnesses.threshold;
  }

  get all(): readonly ReadCheckpoint[] {
    return [...this.#known.values()];
  }

  read(checkpoint: Note): ReadCheckpoint {
    const note = formatNote(checkpoint);
    const known = this.#known.get(note);
    if (known !== undefined) return known;
    const origin = note.slice(0, note.indexOf('\n'));
    // Names are compared whole: an origin that only begins like a known one is another log.
    const log = this.#logs.find(({ name }) => name === origin);
    if (log === undefined) {
      throw new VerifyError('CHECKPOINT_INVALID', 'a checkpoint is of no log of the policy');
    }
    const verified = verifyCheckpoint(checkpoint, log, this.#witnesses);
    const witnesses = [...new Set(verified.witnesses.map(({ key }) => key.name))].sort();
    const times = verified.witnesses.map(({ time }) => time).sort((a, b) => a - b);
    // By this time as many as needed had seen it.
    const time = witnesses.length < this.#threshold ? undefined : times[this.#threshold - 1];
    const entry = time === undefined ? undefined : { time, log: log.name, witnesses };
    const found = { note, log, verified, entry };
    this.#known.set(note, found);
    return found;
  }
}

function keys(texts: readonly string[], field: 'logs' | 'witnesses'): readonly NoteKey[] {
  return texts.map((text, index) => {
    try {
      return parseNoteKey(text);
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      const path = field === 'logs' ? ['log', field, index] : ['log', field, 'keys', index];
      throw new VerifyError('POLICY_INVALID', `a key of the log rule: ${error.message}`, { path });
    }
  });
}

/** A log may hold more than claims; what is no entry is nobody's vote. */
function readEntry(bytes: Uint8Array): LogEntry[] {
  try {
    return [parseLogEntry(bytes)];
  } catch (error) {
    if (error instanceof VerifyError) return [];
    throw error;
  }
}

/** The latest time at which at least `threshold` witnesses vouched for a checkpoint, or 0. */
function latest(witnesses: WholeLog['witnesses'], threshold: number): number {
  return witnesses.map(({ time }) => time).sort((a, b) => b - a)[threshold - 1] ?? 0;
}

function isFuller(a: WholeLog, b: WholeLog, { witnesses: { threshold } }: LogRule): boolean {
  const order =
    a.leaves.length - b.leaves.length ||
    latest(a.witnesses, threshold) - latest(b.witnesses, threshold);
  return order > 0 || (order === 0 && a.note > b.note);
}

function isBefore(a: WitnessedEntry, b: WitnessedEntry): boolean {
  const order = a.time - b.time || b.witnesses.length - a.witnesses.length;
  return order < 0 || (order === 0 && JSON.stringify(a) < JSON.stringify(b));
}
