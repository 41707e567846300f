import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { createHash } from 'node:crypto';
import { parseDeb822 } from './deb822.js';
import { readKeyring } from './debian-archive.js';
import type { DebianArchive } from './debian-archive.js';
import { downloadBytes } from './download-bytes.js';
import { verifyClearSigned, verifyDetached } from './openpgp/verify.js';
import { describeVerdict } from './openpgp/verdict.js';
import type { SignatureVerdict } from './openpgp/verdict.js';
import { defaultPolicy } from './policy.js';
import type { DownloadPolicy } from './types.js';
import { redactUrl } from './url.js';

/** Largest Release file that is read, bytes; those of Debian are below 1 MiB. */
const maxReleaseBytes = 16 * 1024 ** 2;

/** A Release file (https://wiki.debian.org/DebianRepository/Format) whose signature was checked. */
export interface VerifiedRelease {
  /** The archive that served it; indexes and packages are below `uri`. */
  readonly archive: DebianArchive;
  /** The suite as it was asked for. */
  readonly requestedSuite: string;
  /** `Suite:` and `Codename:`, empty when absent. */
  readonly suite: string;
  readonly codename: string;
  /** `Date:`, seconds since 1970. */
  readonly date: number;
  /** `Valid-Until:`, seconds since 1970. */
  readonly validUntil: number | undefined;
  /** sha256 of the signed text. */
  readonly sha256: string;
  /** Primary fingerprints of the valid signatures, sorted. */
  readonly signedBy: readonly string[];
  readonly acquireByHash: boolean;
  /** The `SHA256:` list: path below `dists/<suite>/` to sha256 and size in bytes. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>;
}

/**
 * Fetches the Release file of a suite from the first archive that has it and checks it: signed (InRelease, else
 * Release with Release.gpg) by a key of that archive's keyring, and for this suite. Whether `Valid-Until` has
 * passed is the caller's to judge: for a package pinned by hash it says nothing.
 * Rejects with `RELEASE_UNAVAILABLE`, `RELEASE_NOT_TRUSTED`, `OFFLINE_MISSING` or `INTERRUPTED`.
 */
export async function fetchRelease(
  archives: readonly DebianArchive[],
  suite: string,
  context: Pick<Context, 'signal' | 'settings'>,
  policy: DownloadPolicy = defaultPolicy,
): Promise<VerifiedRelease> {
  const reasons: string[] = [];
  for (const archive of archives) {
    try {
      return await fetchReleaseFrom(archive, suite, context, policy);
    } catch (error) {
      if (!(error instanceof SelfsameError) || !error.code.startsWith('DOWNLOAD_')) throw error;
      reasons.push(error.message);
    }
  }
  throw new SelfsameError(
    'RELEASE_UNAVAILABLE',
    `no configured archive has the suite ${suite}: ${reasons.join('; ')}`,
    { hint: 'check the suite, or add a mirror that has it to the settings under debian.mirrors' },
  );
}

async function fetchReleaseFrom(
  archive: DebianArchive,
  suite: string,
  context: Pick<Context, 'signal' | 'settings'>,
  policy: DownloadPolicy,
): Promise<VerifiedRelease> {
  const keyring = await readKeyring(archive.signedBy);
  const base = `${archive.uri}/dists/${suite}`;
  const get = (file: string): Promise<Buffer> =>
    downloadBytes(
      { name: `${file} of ${suite}`, urls: [`${base}/${file}`], maxBytes: maxReleaseBytes },
      context,
      policy,
    );
  let inRelease: Buffer | undefined;
  try {
    inRelease = await get('InRelease');
  } catch (error) {
    if (!(error instanceof SelfsameError && error.code === 'DOWNLOAD_NOT_FOUND')) throw error;
  }
  const from = redactUrl(base);
  if (inRelease !== undefined) {
    const { all, verdict, content } = await verifyClearSigned(inRelease, keyring, context.signal);
    const signedBy = accepted(archive, all, verdict, `${from}/InRelease`);
    if (content === undefined) throw notTrusted(`${from}/InRelease`, 'has no content');
    return readRelease(content, archive, suite, signedBy, from);
  }
  const [release, signature] = [await get('Release'), await get('Release.gpg')];
  const input = { data: release, signature, keyring, signal: context.signal };
  const verdict = await verifyDetached(input);
  const signedBy = accepted(archive, [verdict], verdict, `${from}/Release`);
  return readRelease(release, archive, suite, signedBy, from);
}

/** Fingerprints of the valid signatures that count for this archive, or throws. */
function accepted(
  archive: DebianArchive,
  all: readonly SignatureVerdict[],
  verdict: SignatureVerdict,
  file: string,
): string[] {
  const { fingerprints } = archive.signedBy;
  const valid = all.filter((one) => one.result === 'valid');
  if (valid.length === 0) throw notTrusted(file, `its signature ${describeVerdict(verdict)}`);
  const counting = valid.filter(
    (one) =>
      fingerprints.length === 0 ||
      fingerprints.some((wanted) => one.fingerprint === wanted || one.signedBy === wanted),
  );
  if (counting.length === 0) {
    throw notTrusted(
      file,
      `it is signed by ${valid.map((one) => one.fingerprint).join(', ')}, which Signed-By does not name`,
    );
  }
  return [...new Set(counting.map((one) => one.fingerprint))].sort();
}

/** Reads a Release file whose signature was checked. Throws `RELEASE_NOT_TRUSTED`. */
function readRelease(
  content: Buffer,
  archive: DebianArchive,
  requestedSuite: string,
  signedBy: readonly string[],
  from: string,
): VerifiedRelease {
  const { stanzas, problems } = parseDeb822(content.toString('utf8'));
  const [stanza] = stanzas;
  if (stanza === undefined || stanzas.length > 1 || problems.length > 0) {
    throw notTrusted(from, 'its Release file cannot be parsed');
  }
  const suite = stanza.get('suite') ?? '';
  const codename = stanza.get('codename') ?? '';
  // Archives sign many suites with one key: without this, one could be served in place of another.
  const wanted = requestedSuite;
  if (suite !== wanted && codename !== wanted) {
    throw notTrusted(from, `its Release file is for ${codename === '' ? suite : codename}`);
  }
  const date = parseReleaseDate(stanza.get('date'));
  if (date === undefined) throw notTrusted(from, 'its Release file has no date');
  const files = new Map<string, { sha256: string; size: number }>();
  for (const line of (stanza.get('sha256') ?? '').split('\n')) {
    const match = /^\s*([0-9a-f]{64})\s+([0-9]{1,15})\s+(\S+)\s*$/.exec(line);
    const path = match?.[3];
    if (match === null || path === undefined || !isSafePath(path)) continue;
    files.set(path, { sha256: match[1] ?? '', size: Number(match[2]) });
  }
  return {
    archive,
    requestedSuite,
    suite,
    codename,
    date,
    validUntil: parseReleaseDate(stanza.get('valid-until')),
    sha256: createHash('sha256').update(content).digest('hex'),
    signedBy,
    acquireByHash: stanza.get('acquire-by-hash') === 'yes',
    files,
  };
}

/** RFC 1123 dates as Release files have them, in seconds since 1970. Only UTC. */
export function parseReleaseDate(text: string | undefined): number | undefined {
  const form =
    /^[A-Z][a-z]{2}, {1,2}[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} (?:UTC|GMT|\+0000|Z)$/;
  if (text === undefined || !form.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** True for a relative path without empty, `.` or `..` parts. */
export function isSafePath(path: string): boolean {
  return (
    path.length <= 1024 &&
    /^[A-Za-z0-9+_.~:@%-][A-Za-z0-9+_.~:@%/-]*$/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function notTrusted(file: string, why: string): SelfsameError {
  return new SelfsameError('RELEASE_NOT_TRUSTED', `${file} is not trusted: ${why}`, {
    hint: 'check the keyring (debian.keyrings in the settings, Signed-By in the apt source) and the mirror; nothing from it was used',
  });
}
