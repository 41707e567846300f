import { readFile } from 'node:fs/promises';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Settings } from '../settings/settings.js';
import type { AptConfiguration, SignedBy } from './apt-sources.js';
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
 * The archives to ask, in order: those of the settings, then those of the machine's apt configuration, each URI once
 * per set of keyrings. Throws `APT_SOURCES_INVALID` when there is none.
 */
export function configuredArchives(
  settings: Pick<Settings, 'debian'>,
  apt: AptConfiguration,
): readonly DebianArchive[] {
  const trusted: SignedBy = {
    keyrings: settings.debian.keyrings.length > 0 ? settings.debian.keyrings : apt.trustedKeyrings,
    fingerprints: [],
    inline: undefined,
  };
  const known = apt.sources.find((source) => hasKeys(source.signedBy))?.signedBy;
  const forMirrors = trusted.keyrings.length > 0 ? trusted : (known ?? trusted);
  const archives = new Map<string, { uri: string; suites: string[]; signedBy: SignedBy }>();
  const add = (uri: string, suites: readonly string[], signedBy: SignedBy): void => {
    const key = JSON.stringify([uri, signedBy]);
    const archive = archives.get(key) ?? { uri, suites: [], signedBy };
    for (const suite of suites) if (!archive.suites.includes(suite)) archive.suites.push(suite);
    archives.set(key, archive);
  };
  for (const mirror of settings.debian.mirrors) add(mirror.replace(/\/+$/, ''), [], forMirrors);
  for (const source of apt.sources) {
    const overridden = settings.debian.keyrings.length > 0 || !hasKeys(source.signedBy);
    for (const uri of source.uris) add(uri, source.suites, overridden ? trusted : source.signedBy);
  }
  if (archives.size === 0) {
    throw new SelfsameError('APT_SOURCES_INVALID', 'this machine names no Debian archive', {
      hint: 'add debian.mirrors and debian.keyrings to the settings, or a source to /etc/apt/sources.list.d',
    });
  }
  return [...archives.values()];
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
