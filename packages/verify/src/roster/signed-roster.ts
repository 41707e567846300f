import { sha256Hex, type Sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import { verifyEnvelope } from '../dsse/verify.js';
import { equalBytes } from '../encoding/bytes.js';
import { formatTime, type PosixTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import { canonicalJsonBytes } from '../json/canonical.js';
import { FieldReader } from '../json/fields.js';
import { parseJson } from '../json/parse.js';
import type { JsonObject, JsonValue } from '../json/value.js';
import { formatPublicKey } from '../keys/key-text.js';
import { parseOwners } from './parse-owners.js';
import { parseSigners, timeField } from './parse-signers.js';
import { formatRosterKey, type TimeWindow } from './roster-key.js';
import type { Roster, RosterOwners, RosterSigner, RosterTrust } from './roster.js';

/** Payload type of an envelope that carries a roster; nothing else is ever read as one. */
export const ROSTER_PAYLOAD_TYPE = 'application/vnd.selfsame.roster.v1+json';

const MAX_BYTES = 8 * 1024 * 1024;
/** Most versions in one chain. */
const MAX_VERSIONS = 10_000;

const read: FieldReader = new FieldReader('ROSTER_INVALID');

/**
 * Reads a roster document `{version, previous?, expires?, owners, threshold, signers}` that nobody has
 * vouched for yet: a draft, or the payload of an envelope after its signatures were checked.
 * `ROSTER_INVALID` with the path of the field for anything else.
 */
export function parseRoster(document: JsonValue): Roster {
  const required = ['version', 'owners', 'threshold', 'signers'];
  const fields = read.object(document, [], required, ['previous', 'expires']);
  const { previous } = fields;
  const otherwise = 'not a version, which count from 1';
  const version = read.wholeNumber(fields['version'], ['version'], 1, otherwise);
  if ((previous === undefined) !== (version === 1)) {
    read.fail('every version but the first names the one before', ['previous']);
  }
  if (previous !== undefined && !/^[0-9a-f]{64}$/.test(read.string(previous, ['previous']))) {
    read.fail('not a sha256', ['previous']);
  }
  return {
    version,
    previous: previous as string | undefined,
    expires: timeField(fields['expires'], ['expires'], read),
    owners: parseOwners(fields['owners'], fields['threshold'], [], read),
    signers: parseSigners(fields['signers'], read),
  };
}

/** What owners sign: the roster in canonical JSON. */
export function rosterPayload(roster: Roster): Uint8Array {
  const { version, previous, expires, owners, signers } = roster;
  return canonicalJsonBytes({
    version,
    ...(previous !== undefined && { previous }),
    ...(expires !== undefined && { expires: formatTime(expires) }),
    owners: owners.keys.map(formatPublicKey),
    threshold: owners.threshold,
    signers: Object.fromEntries(signers.map((signer) => [signer.name, signerDocument(signer)])),
  });
}

function signerDocument({ keys, roles, attributes = {}, ...window }: RosterSigner): JsonObject {
  const { organisation, ...others } = attributes;
  return {
    keys: keys.map((key) => ({ key: formatRosterKey(key), ...windowDocument(key) })),
    ...(organisation !== undefined && { organisation }),
    ...(roles !== undefined && { roles }),
    ...(Object.keys(others).length > 0 && { attributes: others }),
    ...windowDocument(window),
  };
}

function windowDocument({ since, until }: TimeWindow): JsonObject {
  return {
    ...(since !== undefined && { since: formatTime(since) }),
    ...(until !== undefined && { until: formatTime(until) }),
  };
}

export interface OpenedRoster {
  readonly roster: Roster;
  /** sha256 of its payload: keep it and the version, and hand them in as `seen` the next time. */
  readonly sha256: Sha256Hex;
  /** Past its `expires`, at the time asked about, and the trust says to go on. */
  readonly isExpired: boolean;
}

/**
 * The newest version of a roster that follows, signature by signature, from the owners that are trusted.
 *
 * The chain starts at version `minVersion`, which `threshold` of the trusted owners signed. Each later one counts only when it is the next, names the one before by digest, and is signed by
 * enough of the owners of *both*: old owners hand over, new ones show that they can sign (as roots of TUF
 * are rotated, TUF specification §5.3). What does not follow is never used, and reading stops there.
 *
 * Throws `ROSTER_UNTRUSTED` when nothing follows, `ROSTER_ROLLBACK` when the newest is older than, or other
 * than, what was seen, `ROSTER_EXPIRED`, and `ROSTER_INVALID` for what owners signed but is no roster.
 *
 * @param envelopes versions in any order, also repeated
 * @param seen the newest version ever used
 * @param at when, for `expires`; undefined: a roster that expires can not be judged and is refused, unless
 *   the trust says `warn`
 */
export function openRoster(
  envelopes: readonly Envelope[],
  trust: RosterTrust,
  seen?: { readonly version: number; readonly sha256: Sha256Hex },
  at?: PosixTime,
): OpenedRoster {
  if (envelopes.length > MAX_VERSIONS) {
    throw new VerifyError('LIMIT_EXCEEDED', `more than ${MAX_VERSIONS} versions of a roster`);
  }
  let newest: SignedRoster | undefined;
  const copies = copiesByPrevious(envelopes);
  const first = [...copies.values()].flat();
  let next = signedByEnough(first, trust).filter((one) => isStart(one, trust));
  while (next.length > 0) {
    const current = onlyOne(next);
    newest = current;
    next = signedByEnough(copies.get(current.sha256) ?? [], current.roster.owners).filter((one) =>
      isSuccessor(one, current),
    );
  }
  if (newest === undefined) {
    const wanted = `version ${trust.minVersion} is not signed by ${trust.threshold} of its owners`;
    throw new VerifyError('ROSTER_UNTRUSTED', `the roster can not be trusted: ${wanted}`);
  }
  checkRollback(newest, seen);
  const { roster, sha256 } = newest;
  return { roster, sha256, isExpired: checkExpiry(roster, trust, at) };
}

interface SignedRoster {
  readonly roster: Roster;
  readonly sha256: Sha256Hex;
  readonly envelopes: readonly Envelope[];
}

/** The same payload from several envelopes. */
interface Copies {
  readonly sha256: Sha256Hex;
  readonly payload: Uint8Array;
  readonly envelopes: readonly Envelope[];
}

/** In canonical JSON nothing that could look like it comes before. Only for finding: it is checked later. */
const PREVIOUS = /"previous":"([0-9a-f]{64})"/;

/** Payloads by the version that they seem to follow, so that each step of a long chain looks at few. */
function copiesByPrevious(envelopes: readonly Envelope[]): ReadonlyMap<string, Copies[]> {
  const byPayload = new Map<Sha256Hex, Envelope[]>();
  for (const envelope of envelopes) {
    if (envelope.payloadType !== ROSTER_PAYLOAD_TYPE) continue;
    const id = sha256Hex(envelope.payload);
    byPayload.set(id, [...(byPayload.get(id) ?? []), envelope]);
  }
  const byPrevious = new Map<string, Copies[]>();
  for (const [sha256, copies] of byPayload) {
    const [{ payload }] = copies as [Envelope];
    const previous = PREVIOUS.exec(Buffer.from(payload).toString('latin1'))?.[1] ?? '';
    const list = byPrevious.get(previous) ?? [];
    byPrevious.set(previous, [...list, { sha256, payload, envelopes: copies }]);
  }
  return byPrevious;
}

/** Rosters that `threshold` different keys of the owners signed; signatures of copies are put together. */
function signedByEnough(
  candidates: readonly Copies[],
  { keys, threshold }: RosterOwners,
): readonly SignedRoster[] {
  return candidates.flatMap(({ sha256, payload, envelopes }) => {
    if (countOwners(envelopes, keys) < threshold) return [];
    const roster = parseRoster(parseJson(payload, { maxBytes: MAX_BYTES }));
    if (!equalBytes(rosterPayload(roster), payload)) {
      read.fail('the roster is not in its canonical form', []);
    }
    return [{ roster, sha256, envelopes }];
  });
}

/** How many different owners signed: keys are told apart by their bytes, repeated signatures count once. */
function countOwners(copies: readonly Envelope[], keys: RosterOwners['keys']): number {
  const found = copies.flatMap((envelope) =>
    verifyEnvelope(envelope, keys).flatMap((one) => (one.result === 'valid' ? [one.key.id] : [])),
  );
  return new Set(found).size;
}

/** The version that the trust names, and the very one if it names its digest. */
function isStart({ roster, sha256 }: SignedRoster, trust: RosterTrust): boolean {
  return (
    roster.version === trust.minVersion && (trust.sha256 === undefined || trust.sha256 === sha256)
  );
}

/** The next version, by digest, which its own owners signed too. */
function isSuccessor({ roster, envelopes }: SignedRoster, before: SignedRoster): boolean {
  return (
    roster.version === before.roster.version + 1 &&
    roster.previous === before.sha256 &&
    countOwners(envelopes, roster.owners.keys) >= roster.owners.threshold
  );
}

/** Two different rosters of one version, both properly signed, show that owners say two things. */
function onlyOne(next: readonly SignedRoster[]): SignedRoster {
  const [first, other] = next as [SignedRoster, SignedRoster | undefined];
  if (other === undefined) return first;
  const what = `the owners signed two rosters of version ${first.roster.version}`;
  throw new VerifyError('ROSTER_UNTRUSTED', `${what}: ${first.sha256} and ${other.sha256}`);
}

function checkRollback(
  { roster, sha256 }: SignedRoster,
  seen: { readonly version: number; readonly sha256: Sha256Hex } | undefined,
): void {
  if (seen === undefined) return;
  if (roster.version < seen.version) {
    const what = `the newest roster is version ${roster.version}, but version ${seen.version} was used`;
    throw new VerifyError('ROSTER_ROLLBACK', `${what} before`);
  }
  if (roster.version === seen.version && sha256 !== seen.sha256) {
    const what = `version ${seen.version} of the roster is not the one that was used before`;
    throw new VerifyError('ROSTER_ROLLBACK', what);
  }
}

function checkExpiry(roster: Roster, trust: RosterTrust, at: PosixTime | undefined): boolean {
  const { expires, version } = roster;
  if (expires === undefined || (at !== undefined && at < expires)) return false;
  if (trust.expired === 'warn') return true;
  const when = `version ${version} of the roster expired on ${formatTime(expires)}`;
  throw new VerifyError('ROSTER_EXPIRED', when);
}
