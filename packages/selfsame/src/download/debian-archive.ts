import { readFile } from 'node:fs/promises';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import type { AptConfiguration, AptSource, SignedBy } from './apt-sources.js';
import { describeError } from './http.js';
import { dearmor } from './openpgp/armor.js';

/** One place packages may come from, and whose signatures count there. */
export interface DebianArchive {
  /** Base URI without a slash at the end. Never to be written to a lock or message without redaction. */
  readonly uri: string;
  /** Suites the machine's configuration names for it, in order; empty for a mirror of the settings. */
  readonly suites: readonly string[];
  readonly signedBy: SignedBy;
}

/**
 * The archives to ask, in order: those of the settings, then those of the machine's apt configuration, Debian's own
 * before others, each URI once per set of keyrings. Where neither names an archive of Debian, those that the
 * distribution's own data names come first. Throws `APT_SOURCES_INVALID` when there is none.
 */
export function configuredArchives(
  settings: Pick<Settings, 'debian'>,
  apt: AptConfiguration,
): readonly DebianArchive[] {
  const chosen: SignedBy | undefined =
    settings.debian.keyrings.length > 0 ? keyringsOnly(settings.debian.keyrings) : undefined;
  const trusted = chosen ?? keyringsOnly(apt.trustedKeyrings);
  const archives = new Map<string, { uri: string; suites: string[]; signedBy: SignedBy }>();
  const add = (uri: string, suites: readonly string[], signedBy: SignedBy): void => {
    const key = JSON.stringify([uri, signedBy]);
    const archive = archives.get(key) ?? { uri, suites: [], signedBy };
    for (const suite of suites) if (!archive.suites.includes(suite)) archive.suites.push(suite);
    archives.set(key, archive);
  };
  const sources = [...apt.sources].sort((a, b) => likeness(b) - likeness(a));
  const [likeliest] = sources;
  const none = likeliest === undefined || likeness(likeliest) === 0;
  const fallback = none && settings.debian.mirrors.length === 0 ? apt.debian.sources : [];
  const forMirrors = chosen ?? keysForMirrors(apt, sources);
  for (const mirror of settings.debian.mirrors) add(mirror.replace(/\/+$/, ''), [], forMirrors);
  for (const source of [...fallback, ...sources]) {
    const signedBy = chosen ?? (hasKeys(source.signedBy) ? source.signedBy : trusted);
    for (const uri of source.uris) add(uri, source.suites, signedBy);
  }
  if (archives.size === 0) {
    throw new SelfsameError('APT_SOURCES_INVALID', 'this machine names no Debian archive', {
      hint: 'add debian.mirrors and debian.keyrings to the settings, or a source to /etc/apt/sources.list.d',
    });
  }
  return [...archives.values()];
}

/**
 * How sure it is that a source is Debian's archive or a mirror of it: 2 when signed by Debian's keyring, 1 when it has
 * one of Debian's suites by code name, 0 otherwise. `stable` and the like say nothing: many others have such a suite.
 */
export function likeness({ signedBy, suites, components }: AptSource): 0 | 1 | 2 {
  if (signedBy.keyrings.some((path) => /(?:^|\/)debian-archive-[^/]*$/.test(path))) return 2;
  return components.includes('main') && suites.some((suite) => debianSuite.test(suite)) ? 1 : 0;
}

/** Code names that are, were and will be (https://wiki.debian.org/DebianReleases), with their pockets. */
const debianSuite =
  /^(?:buster|bullseye|bookworm|trixie|forky|duke|sid|unstable)(?:[-/](?:updates|security|backports|backports-sloppy|proposed-updates))?$/;

/** Whose signatures count for mirrors that the settings name without keyrings. */
function keysForMirrors(apt: AptConfiguration, sources: readonly AptSource[]): SignedBy {
  const debian = sources.find((source) => likeness(source) === 2)?.signedBy.keyrings;
  const keyrings = [...apt.trustedKeyrings, ...(debian ?? apt.debian.keyrings)];
  if (keyrings.length > 0) return keyringsOnly(keyrings);
  return sources.find((source) => hasKeys(source.signedBy))?.signedBy ?? keyringsOnly([]);
}

function keyringsOnly(keyrings: readonly string[]): SignedBy {
  return { keyrings, fingerprints: [], inline: undefined };
}

/**
 * The archives that may have `suite`, likely ones first: mirrors of the settings, then those the machine's
 * configuration has this suite from, then the rest.
 */
export function archivesForSuite(
  archives: readonly DebianArchive[],
  suite: string,
): readonly DebianArchive[] {
  const rank = (archive: DebianArchive): number =>
    archive.suites.length === 0 ? 0 : archive.suites.includes(suite) ? 1 : 2;
  return [...archives].sort((a, b) => rank(a) - rank(b));
}

/**
 * The keys of a Signed-By, binary, joined. Rejects with `APT_SOURCES_INVALID` when a keyring cannot be read or there
 * is none.
 */
export async function readKeyring(signedBy: SignedBy): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const path of signedBy.keyrings) {
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      throw new SelfsameError(
        'APT_SOURCES_INVALID',
        `the keyring ${path} could not be read (${describeError(cause)})`,
        { hint: 'install debian-archive-keyring, or name keyrings in the settings', cause },
      );
    }
    // apt ignores keyring files it cannot use; a key that is missing is missing for the signature.
    const keys = dearmor(bytes);
    if (keys !== undefined) parts.push(keys);
  }
  const inline = signedBy.inline === undefined ? undefined : dearmor(Buffer.from(signedBy.inline));
  if (inline !== undefined) parts.push(inline);
  if (parts.length === 0) {
    throw new SelfsameError(
      'APT_SOURCES_INVALID',
      'there is no keyring to check Release files with',
      {
        hint: 'install debian-archive-keyring, or name keyrings in the settings under debian.keyrings',
      },
    );
  }
  return Buffer.concat(parts);
}

function hasKeys(signedBy: SignedBy): boolean {
  return signedBy.keyrings.length > 0 || signedBy.inline !== undefined;
}
