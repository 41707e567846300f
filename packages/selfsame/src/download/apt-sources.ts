import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { describeError } from './http.js';
import { parseDeb822, words } from './deb822.js';
import type { Stanza } from './deb822.js';
import { readDebianDefaults } from './debian-defaults.js';
import type { DebianDefaults } from './debian-defaults.js';

/** Whom a source's Release files must be signed by (sources.list(5), Signed-By). */
export interface SignedBy {
  /** Keyring files, absolute paths. With no `inline` either: the machine's trusted keyrings. */
  readonly keyrings: readonly string[];
  /** Upper-case fingerprints; when there are any, only these keys count. */
  readonly fingerprints: readonly string[];
  /** Armored keys written into the source itself. */
  readonly inline: string | undefined;
}

/** One enabled entry of the machine's apt configuration. */
export interface AptSource {
  readonly types: readonly ('deb' | 'deb-src')[];
  /** Base URIs of the archive without a slash at the end: http, https or file. Never to be written to a lock. */
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly signedBy: SignedBy;
  /** The file it is from, for messages. */
  readonly file: string;
}

export interface AptConfiguration {
  readonly sources: readonly AptSource[];
  /** Keyring files that sign for sources without Signed-By: `trusted.gpg` and `trusted.gpg.d/`. */
  readonly trustedKeyrings: readonly string[];
  /** What the distribution knows of Debian beside its apt configuration. */
  readonly debian: DebianDefaults;
}

/**
 * Reads `sources.list` and `sources.list.d/` below `directory` (normally `/etc/apt`), in apt's order. Entries that
 * are disabled, flat, or not http, https or file are left out; those that cannot be parsed are refused.
 * A machine without apt has an empty configuration. Rejects with `APT_SOURCES_INVALID`.
 */
export async function readAptConfiguration(
  directory = '/etc/apt',
  debian: Promise<DebianDefaults> = readDebianDefaults(),
): Promise<AptConfiguration> {
  const parts = join(directory, 'sources.list.d');
  const files = [
    join(directory, 'sources.list'),
    ...(await listNames(parts))
      .filter((name) => /^[A-Za-z0-9_.-]+\.(?:list|sources)$/.test(name))
      .map((name) => join(parts, name)),
  ];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readIfThere(file);
    if (text === undefined) continue;
    sources.push(...(file.endsWith('.sources') ? parseSources(text, file) : parseList(text, file)));
  }
  const trusted = join(directory, 'trusted.gpg.d');
  const trustedKeyrings = (await listNames(trusted))
    .filter((name) => /^[A-Za-z0-9_.-]+\.(?:gpg|asc)$/.test(name))
    .map((name) => join(trusted, name));
  const legacy = join(directory, 'trusted.gpg');
  if ((await readIfThere(legacy)) !== undefined) trustedKeyrings.unshift(legacy);
  return { sources, trustedKeyrings, debian: await debian };
}

/** Parses a deb822 `.sources` file. Throws `APT_SOURCES_INVALID`. */
export function parseSources(text: string, file: string): AptSource[] {
  const { stanzas, problems } = parseDeb822(text);
  const [problem] = problems;
  if (problem !== undefined) throw invalid(file, problem.line, problem.message);
  return stanzas.flatMap((stanza) => sourceOfStanza(stanza, file));
}

function sourceOfStanza(stanza: Stanza, file: string): AptSource[] {
  if (/^(?:no|false|off|0|without|disable)$/i.test(stanza.get('enabled') ?? '')) return [];
  return usable({
    types: words(stanza.get('types')).filter((type) => type === 'deb' || type === 'deb-src'),
    uris: words(stanza.get('uris')),
    suites: words(stanza.get('suites')),
    components: words(stanza.get('components')),
    architectures: words(stanza.get('architectures')),
    signedBy: parseSignedBy(stanza.get('signed-by')),
    file,
  });
}

function parseSignedBy(value: string | undefined): SignedBy {
  if (value === undefined) return { keyrings: [], fingerprints: [], inline: undefined };
  if (value.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) {
    // An empty line is written as a single dot in deb822.
    const inline = value.replace(/^\s*\.$/gm, '').trim();
    return { keyrings: [], fingerprints: [], inline };
  }
  const items = value.split(/[\s,]+/).filter((item) => item !== '');
  return {
    keyrings: items.filter((item) => item.startsWith('/')),
    fingerprints: items
      .filter((item) => !item.startsWith('/'))
      .map((item) => item.replace(/!$/, '').toUpperCase()),
    inline: undefined,
  };
}

/** Parses a one-line-style `.list` file. Throws `APT_SOURCES_INVALID`. */
export function parseList(text: string, file: string): AptSource[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '') return [];
    const match = /^(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/.exec(line);
    if (match === null) throw invalid(file, index + 1, 'this is not a line apt understands');
    const [, type, optionText, uri = '', suite = '', components] = match;
    const options = new Map(
      words(optionText).map((option) => {
        const [, key = '', value = ''] = /^([A-Za-z-]+?)[+-]?=(.*)$/.exec(option) ?? [];
        return [key.toLowerCase(), value];
      }),
    );
    return usable({
      types: [type === 'deb-src' ? 'deb-src' : 'deb'],
      uris: [uri],
      suites: [suite],
      components: words(components),
      architectures: (options.get('arch') ?? '').split(',').filter((name) => name !== ''),
      signedBy: parseSignedBy(options.get('signed-by')),
      file,
    });
  });
}

/** The source with only those URIs and suites that can be used here; none if nothing is left. */
function usable(source: AptSource): AptSource[] {
  const uris = source.uris.filter(isArchiveUri).map((uri) => uri.replace(/\/+$/, ''));
  // A suite ending in a slash is an exact path without components.
  const suites = source.suites.filter((suite) => !suite.endsWith('/') && !suite.includes('$('));
  const complete = uris.length > 0 && suites.length > 0 && source.components.length > 0;
  return complete && source.types.length > 0 ? [{ ...source, uris, suites }] : [];
}

function isArchiveUri(uri: string): boolean {
  return /^(?:https?:\/\/|file:\/)/.test(uri) && URL.canParse(uri) && !uri.includes('$(');
}

async function listNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (describeError(error) === 'ENOENT') return [];
    throw unreadable(directory, error);
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (describeError(error) === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
}

function unreadable(path: string, cause: unknown): SelfsameError {
  return new SelfsameError(
    'APT_SOURCES_INVALID',
    `${path} could not be read (${describeError(cause)})`,
    { hint: 'make it readable, or name mirrors in the settings under debian.mirrors', cause },
  );
}

function invalid(file: string, line: number, message: string): SelfsameError {
  return new SelfsameError('APT_SOURCES_INVALID', `${file}:${line} cannot be used: ${message}`, {
    hint: 'run apt-get update to see what apt says of it, or name mirrors in the settings under debian.mirrors',
  });
}
