// Specification: docs/policies.md "Ask for a log", docs/attestation-formats.md "Logs".

import type { BuildName } from '../claim/result-claim.js';
import { equalBytes } from '../encoding/bytes.js';
import { encodeHex } from '../encoding/hex.js';
import type { PosixTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import type { LogRule } from '../policy/policy.js';
import type { CompleteList } from '../verdict/completeness.js';
import { sameBuild } from '../verdict/other-claims.js';
import type { WitnessedEntry } from '../verdict/vote.js';
import { verifyCheckpoint } from './checkpoint.js';
import { parseLogEntry, type LogEntry } from './entry.js';
import { leafHash, treeHash, treeHashes, verifyInclusion } from './merkle.js';
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

interface ReadCheckpoint {
  /** Its bytes as a note. */
  readonly note: string;
  /** Origin of the log. */
  readonly log: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Names of the witnesses that cosigned it, sorted. */
  readonly witnesses: readonly string[];
  /** Says by when as many witnesses as needed had seen it; undefined where too few did. */
  readonly entry: WitnessedEntry | undefined;
  /** The latest time at which as many as needed vouched for it, or 0. */
  readonly latest: PosixTime;
}

interface WholeLog extends ReadCheckpoint {
  readonly leaves: readonly Uint8Array[];
  readonly entries: readonly LogEntry[];
}

/**
 * Verifies what is at hand of the logs that a policy names. Nothing in it makes this throw: what proves nothing
 * is a problem that is shown. The result does not depend on order; of several proofs for one leaf the earliest
 * witnessed time counts, of several copies of a log the fullest. A log with two histories is whole nowhere.
 * Throws what `parseNoteKey` throws for a key in the rule that is none, and `POLICY_INVALID` for a name that is
 * there twice: `parsePolicy` lets neither pass.
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
  const found: WholeLog[] = [];
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
      throw new VerifyError('PROOF_INVALID', `a checkpoint of ${log} has fewer than ${wanted}`);
    }
    const id = encodeHex(leaf);
    const known = witnessed.get(id);
    if (known === undefined || isBefore(entry, known)) witnessed.set(id, entry);
  };
  for (const { index, hashes, checkpoint, extra } of proofs) {
    attempt(() => {
      if (extra === undefined) throw new VerifyError('PROOF_INVALID', 'a proof has no entry');
      const read = reader.read(checkpoint);
      const leaf = leafHash(extra);
      verifyInclusion(leaf, index, read.size, read.root, hashes);
      add(leaf, read);
    });
  }
  for (const { checkpoint, entries } of copies) {
    attempt(() => {
      const read = reader.read(checkpoint);
      const leaves = entries.map(leafHash);
      if (leaves.length !== read.size || !equalBytes(treeHash(leaves), read.root)) {
        const what = `the copy of ${read.log} is not what its checkpoint says`;
        throw new VerifyError('PROOF_INVALID', what);
      }
      found.push({ ...read, leaves, entries: entries.flatMap(readEntry) });
      for (const leaf of leaves) add(leaf, read);
    });
  }
  // Of several copies of a log the last stays.
  const whole = new Map(found.sort(compareFullness).map((copy) => [copy.log, copy]));
  const splits = findSplits(reader.all, whole);
  for (const { log } of splits) whole.delete(log);
  return { witnessed, whole, splits, problems: [...problems].sort() };
}

/** Checkpoints of one size with two roots, which anybody can see; else those that the copy of their log does not begin with. */
function findSplits(
  all: readonly ReadCheckpoint[],
  whole: ReadonlyMap<string, WholeLog>,
): readonly SplitView[] {
  const sorted = [...all].sort((a, b) => (a.note < b.note ? -1 : 1));
  const splits = new Map<string, SplitView>();
  const compare = ({ log, note, root }: ReadCheckpoint, otherNote: string, other: Uint8Array) => {
    if (splits.has(log) || equalBytes(root, other)) return;
    splits.set(log, { log, checkpoints: [note, otherNote].sort() as [string, string] });
  };
  const bySize = new Map<string, ReadCheckpoint>();
  for (const one of sorted) {
    const same = bySize.get(`${one.size} ${one.log}`) ?? one;
    bySize.set(`${one.size} ${one.log}`, same);
    compare(one, same.note, same.root);
  }
  for (const { log, note, leaves } of whole.values()) {
    const ofLog = sorted.filter((one) => one.log === log);
    const roots = treeHashes(leaves, new Set(ofLog.map(({ size }) => size)));
    for (const one of ofLog) compare(one, note, roots.get(one.size) ?? one.root);
  }
  return [...splits.values()].sort((a, b) => (a.log < b.log ? -1 : 1));
}

/**
 * All votes for a build in *all* logs that the rule names; undefined unless each of them is there as a whole.
 * As old as the oldest, witnessed as the least witnessed.
 */
export function listVotes(
  { whole }: LoggedClaims,
  { logs }: LogRule,
  build: BuildName,
): CompleteList | undefined {
  const found: WholeLog[] = [];
  for (const text of logs) {
    const log = whole.get(text.slice(0, text.indexOf('+')));
    if (log === undefined) return undefined;
    found.push(log);
  }
  const votes = found.flatMap(({ entries }) =>
    entries
      .filter((entry) => sameBuild(entry.build, build))
      .map(({ payload, key }) => ({ evidence: payload, key })),
  );
  const time = Math.min(...found.map(({ latest }) => latest));
  const [least] = found.map(({ witnesses }) => witnesses).sort((a, b) => a.length - b.length);
  return { build, votes, time, witnesses: least ?? [] };
}

/** Reads and verifies checkpoints, each text once: many proofs share one. */
class CheckpointReader {
  readonly #logs: readonly NoteKey[];
  readonly #witnesses: readonly NoteKey[];
  readonly #threshold: number;
  readonly #known = new Map<string, ReadCheckpoint>();
  /** By the object too, which readers of many proofs share. */
  readonly #seen = new Map<Note, ReadCheckpoint>();
  /** Notes that differ in what nobody known signed must not cost a signature each, let alone each line of one. */
  readonly #checked = new Map<string, boolean>();

  constructor({ logs, witnesses }: LogRule) {
    this.#logs = readKeys(logs, ['log', 'logs']);
    this.#witnesses = readKeys(witnesses.keys, ['log', 'witnesses', 'keys']);
    this.#threshold = witnesses.threshold;
  }

  get all(): readonly ReadCheckpoint[] {
    return [...this.#known.values()];
  }

  read(checkpoint: Note): ReadCheckpoint {
    const seen = this.#seen.get(checkpoint) ?? this.#readNote(checkpoint);
    this.#seen.set(checkpoint, seen);
    return seen;
  }

  #readNote(checkpoint: Note): ReadCheckpoint {
    const note = formatNote(checkpoint);
    const known = this.#known.get(note);
    if (known !== undefined) return known;
    const origin = note.slice(0, note.indexOf('\n'));
    // Names are compared whole: an origin that only begins like a known one is another log.
    const log = this.#logs.find(({ name }) => name === origin);
    if (log === undefined) {
      throw new VerifyError('CHECKPOINT_INVALID', 'a checkpoint is of no log of the policy');
    }
    const verified = verifyCheckpoint(checkpoint, log, this.#witnesses, this.#checked);
    const { size, root } = verified.checkpoint;
    const { witnesses } = verified;
    const names = witnesses.map(({ key }) => key.name).sort();
    const times = witnesses.map(({ time }) => time).sort((a, b) => a - b);
    const time = times[this.#threshold - 1];
    const found: ReadCheckpoint = {
      note,
      log: origin,
      size,
      root,
      witnesses: names,
      entry: time === undefined ? undefined : { time, log: origin, witnesses: names },
      latest: times.at(-this.#threshold) ?? 0,
    };
    this.#known.set(note, found);
    return found;
  }
}

/** Names tell logs and witnesses apart. */
function readKeys(texts: readonly string[], path: readonly string[]): readonly NoteKey[] {
  const keys = texts.map(parseNoteKey);
  if (new Set(keys.map(({ name }) => name)).size < keys.length) {
    throw new VerifyError('POLICY_INVALID', 'a name in the log rule is given twice', { path });
  }
  return keys;
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

/** The fuller is the greater, then the one that witnesses vouched for later. */
function compareFullness(a: WholeLog, b: WholeLog): number {
  return a.size - b.size || a.latest - b.latest || (a.note < b.note ? -1 : 1);
}

function isBefore(a: WitnessedEntry, b: WitnessedEntry): boolean {
  const order = a.time - b.time || b.witnesses.length - a.witnesses.length;
  return order < 0 || (order === 0 && JSON.stringify(a) < JSON.stringify(b));
}
