import { readAptConfiguration } from '../../download/apt-sources.js';
import { archivesForSuite, configuredArchives } from '../../download/debian-archive.js';
import type { DebianArchive } from '../../download/debian-archive.js';
import { usualSuites } from '../../download/debian-defaults.js';
import { fetchIndex, readIndex } from '../../download/debian-index.js';
import { fetchRelease } from '../../download/debian-release.js';
import type { VerifiedRelease } from '../../download/debian-release.js';
import { offlineError } from '../../download/download-errors.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Store } from '../../store/types.js';
import type { InputContext } from '../types.js';
import type { DebianSourceSpec } from './schema.js';
import { findSource } from './source-entry.js';
import type { SourceEntry } from './source-entry.js';

/** The archives of this machine, in order. Rejects with `APT_SOURCES_INVALID`. */
export async function archivesOf(context: InputContext): Promise<readonly DebianArchive[]> {
  return configuredArchives(context.settings, await readAptConfiguration());
}

/**
 * Finds the version of a source package in the configured archives: Release file, its signature, the Sources index by
 * hash, its entry. The first archive and suite that has it wins.
 * Rejects with `DEBIAN_SOURCE_NOT_FOUND`, `DEBIAN_SOURCE_AMBIGUOUS`, `DEBIAN_SOURCE_INVALID`, `RELEASE_NOT_TRUSTED`,
 * `INDEX_UNAVAILABLE`, `APT_SOURCES_INVALID`, `OFFLINE_MISSING`.
 */
export async function lookUpSource(
  spec: DebianSourceSpec,
  archives: readonly DebianArchive[],
  context: InputContext,
): Promise<SourceEntry> {
  const what = `the source package ${spec.package} ${spec.version}`;
  if (context.settings.offline) throw offlineError(`the index entry of ${what}`);
  const looked: string[] = [];
  for (const [archive, suite] of places(spec, archives)) {
    const release = await releaseOf(archive, suite, context);
    if (release === undefined) continue;
    const index = `${spec.component ?? 'main'}/source/Sources`;
    // A component that this archive does not have is one more place where the package is not.
    if (![...release.files.keys()].some((path) => path.startsWith(index))) continue;
    const text = await indexText(release, index, context);
    looked.push(suite);
    const found = findSource(text, spec.package, spec.version, release.date);
    if (found === 'ambiguous') {
      throw new SelfsameError(
        'DEBIAN_SOURCE_AMBIGUOUS',
        `${suite} has ${what} twice, with different files`,
        {
          hint: 'ask the archive; meanwhile use the files as url inputs with their hashes',
        },
      );
    }
    if (found === 'invalid') {
      throw new SelfsameError(
        'DEBIAN_SOURCE_INVALID',
        `the entry of ${what} in ${suite} cannot be used`,
        {
          hint: 'it lacks sha256 checksums, or names files outside its directory',
        },
      );
    }
    if (found !== undefined) return found;
  }
  const where =
    looked.length === 0 ? 'no suite could be read' : `looked in ${[...new Set(looked)].join(', ')}`;
  throw new SelfsameError(
    'DEBIAN_SOURCE_NOT_FOUND',
    `no configured archive has ${what} (${where})`,
    {
      hint: `name its suite: in the recipe, or see which versions are published: apt-cache showsrc ${spec.package}`,
      details: { package: spec.package, version: spec.version, suites: looked },
    },
  );
}

/** Every archive and suite to look in, in order, each once: the usual suites after those that are configured. */
function places(
  spec: DebianSourceSpec,
  archives: readonly DebianArchive[],
): readonly (readonly [DebianArchive, string])[] {
  if (spec.suite !== undefined) {
    const { suite } = spec;
    return archivesForSuite(archives, suite).map((archive) => [archive, suite] as const);
  }
  const named = archives.flatMap((archive) => archive.suites);
  const configured = archives.flatMap((archive) =>
    // A mirror of the settings names no suites: it is asked for those of the configuration.
    [...new Set(archive.suites.length > 0 ? archive.suites : named)].map(
      (suite) => [archive, suite] as const,
    ),
  );
  const usual = usualSuites
    .filter((suite) => !named.includes(suite))
    .flatMap((suite) => archives.map((archive) => [archive, suite] as const));
  return [...configured, ...usual];
}

/** What was read from archives by this process, so that many inputs do not read it again and again. */
interface Read {
  readonly releases: Map<string, Promise<VerifiedRelease | undefined>>;
  readonly indexes: Map<string, Promise<Buffer>>;
}
const readByStore = new WeakMap<Store, Read>();

/** Index texts kept at once: those of a suite with its updates and security; each may have 70 MB. */
const maxIndexes = 4;

function readFor(context: InputContext): Read {
  const read = readByStore.get(context.store) ?? { releases: new Map(), indexes: new Map() };
  readByStore.set(context.store, read);
  return read;
}

async function releaseOf(
  archive: DebianArchive,
  suite: string,
  context: InputContext,
): Promise<VerifiedRelease | undefined> {
  const { releases } = readFor(context);
  const key = JSON.stringify([archive.uri, archive.signedBy, suite]);
  const running =
    releases.get(key) ??
    fetchRelease([archive], suite, context).catch((error: unknown) => {
      if (error instanceof SelfsameError && error.code === 'RELEASE_UNAVAILABLE') return undefined;
      releases.delete(key);
      throw error;
    });
  releases.set(key, running);
  return await running;
}

async function indexText(
  release: VerifiedRelease,
  name: string,
  context: InputContext,
): Promise<Buffer> {
  const { indexes } = readFor(context);
  const key = `${release.sha256} ${name}`;
  const running =
    indexes.get(key) ??
    readText(release, name, context).catch((error: unknown) => {
      indexes.delete(key);
      throw error;
    });
  indexes.delete(key);
  indexes.set(key, running);
  const [oldest] = indexes.keys();
  if (indexes.size > maxIndexes && oldest !== undefined) indexes.delete(oldest);
  return await running;
}

async function readText(
  release: VerifiedRelease,
  name: string,
  context: InputContext,
): Promise<Buffer> {
  const index = await fetchIndex(release, name, context);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readIndex(index, context)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
