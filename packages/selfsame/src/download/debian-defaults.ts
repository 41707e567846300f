import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AptSource } from './apt-sources.js';
import { parseDeb822 } from './deb822.js';

/** What the distribution itself knows of Debian, for machines whose apt configuration names another one's archive. */
export interface DebianDefaults {
  /** Debian's archives as python-apt's templates name them; empty on Debian itself and where the templates are not. */
  readonly sources: readonly AptSource[];
  /** The keyring of the package debian-archive-keyring, where it is installed. */
  readonly keyrings: readonly string[];
}

/** Suites every Debian archive has, in the order they are asked. */
export const usualSuites: readonly string[] = ['stable', 'oldstable', 'testing', 'unstable'];

/** Characters of a template or os-release that count; the templates have some 10 000. */
const maxLength = 1024 ** 2;

/**
 * Reads `python-apt/templates/Debian.info` (package python-apt-common, on Ubuntu and other distributions made from
 * Debian; its format: apt_pkg's, https://salsa.debian.org/apt-team/python-apt) and finds the keyring.
 * @param shared normally `/usr/share`
 * @param osRelease normally `/etc/os-release`; on Debian itself the apt configuration is what counts
 */
export async function readDebianDefaults(
  shared = '/usr/share',
  osRelease = '/etc/os-release',
): Promise<DebianDefaults> {
  const names = ['debian-archive-keyring.pgp', 'debian-archive-keyring.gpg'];
  const paths = names.map((name) => join(shared, 'keyrings', name));
  const there = await Promise.all(paths.map(isThere));
  const keyring = paths.find((_, index) => there[index]);
  const system = (await readSystemFile(osRelease)) ?? '';
  const template = join(shared, 'python-apt/templates/Debian.info');
  const text = /^ID="?debian"?$/m.test(system) ? undefined : await readSystemFile(template);
  // Without the package, the keyring's usual place: the message about it then says what to install.
  const signer = keyring ?? join(shared, 'keyrings/debian-archive-keyring.gpg');
  return {
    sources: text === undefined ? [] : parseTemplate(text, template, signer),
    keyrings: keyring === undefined ? [] : [keyring],
  };
}

/** The archives a template names: each base URI once, those of security suites by themselves. */
export function parseTemplate(text: string, file: string, keyring: string): AptSource[] {
  const suites = new Map<string, readonly string[]>();
  for (const stanza of parseDeb822(withoutDuplicates(text)).stanzas) {
    const uri = (stanza.get('baseuri') ?? '').replace(/\/+$/, '');
    if (stanza.get('repositorytype') !== 'deb' || !/^https?:\/\//.test(uri)) continue;
    if (!URL.canParse(uri) || suites.has(uri)) continue;
    const security = /-security$|\/updates$/.test(stanza.get('suite') ?? '');
    suites.set(uri, security ? ['stable-security'] : usualSuites);
  }
  return [...suites].map(([uri, names]) => ({
    types: ['deb', 'deb-src'],
    uris: [uri],
    suites: names,
    components: ['main'],
    architectures: [],
    signedBy: { keyrings: [keyring], fingerprints: [], inline: undefined },
    file,
  }));
}

/** Templates repeat `Component:` within a stanza, where deb822 does not; only the lines read here are kept. */
function withoutDuplicates(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() === '' || /^(?:Suite|RepositoryType|BaseURI):/.test(line))
    .join('\n');
}

/** A file of the distribution; what cannot be read is as good as not there. */
async function readSystemFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.slice(0, maxLength),
    () => undefined,
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
