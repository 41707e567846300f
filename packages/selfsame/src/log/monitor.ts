import {
  formatNote,
  parseLogEntry,
  parseResultClaim,
  preAuthenticationEncoding,
  STATEMENT_PAYLOAD_TYPE,
  VerifyError,
  verifySignature,
  type LogEntry,
  type Note,
  type NoteKey,
  type PublicKey,
  type ResultClaim,
  type Sha256Hex,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readAllEntries, readClaim, readHead, type LogHead } from './log-directory.js';
import { checkHistory } from './witness.js';

/** Something in a log that somebody should look at. */
export type Finding =
  /** One key signed two results for one path of one build from the same inputs: both claims prove it. */
  | {
      readonly kind: 'equivocation';
      readonly key: Sha256Hex;
      readonly build: LogEntry['build'];
      readonly definition: Sha256Hex;
      readonly path: string;
      readonly results: readonly {
        readonly sha256: Sha256Hex;
        readonly index: number;
        readonly payload: Sha256Hex;
      }[];
    }
  /** A key of ours made a claim that is not among ours. */
  | {
      readonly kind: 'not-ours';
      readonly key: Sha256Hex;
      readonly index: number;
      readonly payload: Sha256Hex;
      readonly build: LogEntry['build'];
    }
  /** A file in use that no claim in the log is about. */
  | { readonly kind: 'never-logged'; readonly file: string; readonly sha256: Sha256Hex }
  /** The log signed two histories. */
  | { readonly kind: 'split-view'; readonly why: string; readonly checkpoints: readonly string[] }
  /** An entry that can not be checked, or is not what it says: nobody can know what it hides. */
  | { readonly kind: 'bad-entry'; readonly index: number; readonly why: string };

export interface Watch {
  /** Checkpoints of this log that were seen anywhere: here the last time, in proofs, by other people. */
  readonly seen: readonly Note[];
  /** Keys whose every use is to be accounted for, and the claims (sha256) that they did sign. */
  readonly own: readonly { readonly key: PublicKey; readonly payloads: ReadonlySet<Sha256Hex> }[];
  /** Public keys of signers, to check what the log lists. */
  readonly keys: readonly PublicKey[];
  readonly installed: readonly { readonly file: string; readonly sha256: Sha256Hex }[];
}

export interface Watched {
  readonly head: LogHead;
  /** Sorted by kind and place. */
  readonly findings: readonly Finding[];
}

interface ReadEntry {
  readonly index: number;
  readonly entry: LogEntry;
  readonly claim: ResultClaim;
}

/**
 * Reads a whole log and everything it speaks of, and says what is wrong.
 *
 * @throws SelfsameError LOG_NOT_FOUND, LOG_INVALID, LOG_LIMIT: what can not be read at all
 */
export async function watchLog(directory: string, log: NoteKey, watch: Watch): Promise<Watched> {
  const head = await readHead(directory, log);
  const findings: Finding[] = [];
  for (const seen of watch.seen)
    findings.push(...(await compareHistory(directory, log, head, seen)));
  const entries: ReadEntry[] = [];
  for (const [index, bytes] of (await readAllEntries(directory, head.checkpoint)).entries()) {
    const found = await readEntry(directory, index, bytes, watch);
    if ('why' in found) findings.push({ kind: 'bad-entry', index, why: found.why });
    if ('entry' in found) findings.push(...ownUse(found.entry, index, watch));
    if ('claim' in found) entries.push(found);
  }
  findings.push(...findEquivocations(entries));
  const logged = new Set(entries.flatMap(({ claim }) => claim.artifacts.map((one) => one.sha256)));
  for (const { file, sha256 } of watch.installed) {
    if (!logged.has(sha256)) findings.push({ kind: 'never-logged', file, sha256 });
  }
  return { head, findings };
}

async function compareHistory(
  directory: string,
  log: NoteKey,
  head: LogHead,
  seen: Note,
): Promise<readonly Finding[]> {
  try {
    await checkHistory(directory, log, head, seen);
    return [];
  } catch (error) {
    if (!(error instanceof SelfsameError) || error.code !== 'LOG_INCONSISTENT') throw error;
    const checkpoints = [formatNote(seen), formatNote(head.note)];
    return [{ kind: 'split-view', why: error.message, checkpoints }];
  }
}

async function readEntry(
  directory: string,
  index: number,
  bytes: Uint8Array,
  { keys, own }: Watch,
): Promise<ReadEntry | { readonly why: string; readonly entry?: LogEntry }> {
  let entry: LogEntry;
  try {
    entry = parseLogEntry(bytes);
  } catch (error) {
    if (error instanceof VerifyError) return { why: error.message };
    throw error;
  }
  const payload = await readClaim(directory, entry.payload);
  if (payload === undefined)
    return { why: `the log does not hold the claim ${entry.payload}`, entry };
  const key = [...keys, ...own.map((one) => one.key)].find(({ id }) => id === entry.key);
  const message = preAuthenticationEncoding(STATEMENT_PAYLOAD_TYPE, payload);
  if (key !== undefined && !verifySignature(key, message, entry.signature)) {
    // Not a use of the key: anybody could have written it.
    return { why: `its signature is not by the key ${entry.key}` };
  }
  try {
    const claim = parseResultClaim(STATEMENT_PAYLOAD_TYPE, payload);
    const { build, definition, outcome } = claim;
    const isSame = definition === entry.definition && outcome === entry.outcome;
    return isSame && sameName(build, entry.build)
      ? { index, entry, claim }
      : { why: 'it names another build than its claim', entry };
  } catch (error) {
    if (error instanceof VerifyError) return { why: error.message, entry };
    throw error;
  }
}

function sameName(a: LogEntry['build'], b: LogEntry['build']): boolean {
  return a.project === b.project && a.version === b.version && a.target === b.target;
}

function ownUse(
  { key, payload, build }: LogEntry,
  index: number,
  { own }: Watch,
): readonly Finding[] {
  const mine = own.find((one) => one.key.id === key);
  if (mine === undefined || mine.payloads.has(payload)) return [];
  return [{ kind: 'not-ours', key, index, payload, build }];
}

function findEquivocations(entries: readonly ReadEntry[]): readonly Finding[] {
  type Result = { sha256: Sha256Hex; index: number; payload: Sha256Hex };
  const said = new Map<string, { one: ReadEntry; path: string; results: Map<Sha256Hex, Result> }>();
  for (const one of entries) {
    const { project, version, target } = one.entry.build;
    for (const { path, sha256 } of one.claim.artifacts) {
      const id = JSON.stringify([
        one.entry.key,
        project,
        version,
        target,
        one.entry.definition,
        path,
      ]);
      const known = said.get(id) ?? { one, path, results: new Map<Sha256Hex, Result>() };
      said.set(id, known);
      if (!known.results.has(sha256)) {
        known.results.set(sha256, { sha256, index: one.index, payload: one.entry.payload });
      }
    }
  }
  return [...said.values()].flatMap(({ one: { entry }, path, results }): Finding[] =>
    results.size < 2
      ? []
      : [
          {
            kind: 'equivocation',
            key: entry.key,
            build: entry.build,
            definition: entry.definition,
            path,
            results: [...results.values()],
          },
        ],
  );
}
