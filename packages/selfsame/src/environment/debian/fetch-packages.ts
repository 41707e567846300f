import { readAptConfiguration } from '../../download/apt-sources.js';
import { configuredArchives } from '../../download/debian-archive.js';
import { downloadEach } from '../../download/download-all.js';
import type { DownloadRequest } from '../../download/types.js';
import type { Context } from '../../context.js';
import { SelfsameError, SelfsameErrors } from '../../errors/selfsame-error.js';
import { packageLabel } from '../layers/layer.js';
import type { LockedEnvironment, LockedPackage } from '../types.js';

/**
 * Brings the packages' .deb files into the store: what is there stays, the rest comes from the configured
 * archives in order, then from the snapshot service of the settings. Each is verified by its sha256.
 * @throws SelfsameError PACKAGE_UNAVAILABLE naming each package that is nowhere; the download's own error
 *   when all mirrors delivered something else; INTERRUPTED; errors of the store
 */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  locked: Pick<LockedEnvironment, 'name' | 'releases'>,
  context: Context,
): Promise<void> {
  const present = await Promise.all(packages.map(({ sha256 }) => context.store.hasFile(sha256)));
  const missing = packages.filter((_, index) => present[index] === false);
  if (missing.length === 0) return;
  const bases = context.settings.offline ? [] : await baseUris(locked, context);
  const outcomes = await downloadEach(
    missing.map((item) => requestFor(item, bases)),
    context,
  );
  const errors = outcomes.flatMap((outcome, index) => {
    const item = missing[index];
    return outcome.ok || item === undefined ? [] : [unavailable(item, locked.name, outcome.error)];
  });
  const [first, ...rest] = errors;
  if (first === undefined) return;
  throw rest.length === 0 ? first : new SelfsameErrors([first, ...rest]);
}

/** Ends in a slash; the pool path follows. */
async function baseUris(
  locked: Pick<LockedEnvironment, 'releases'>,
  context: Context,
): Promise<string[]> {
  const archives = configuredArchives(context.settings, await readAptConfiguration());
  const template = context.settings.debian.snapshot;
  const snapshots =
    template === undefined
      ? []
      : locked.releases.map(({ date }) =>
          template.replaceAll('{timestamp}', date.replace(/[-:]/gu, '')),
        );
  return [...new Set([...archives.map(({ uri }) => `${uri}/{path}`), ...snapshots])];
}

function requestFor(item: LockedPackage, bases: readonly string[]): DownloadRequest {
  // Paths of a lock hold nothing that could mean something else in a URL, but `+` and `~` are escaped by habit of no server.
  const path = item.path
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  return {
    name: `${item.name}_${item.version}_${item.architecture}.deb`,
    urls: bases.map((base) => base.replaceAll('{path}', path)),
    sha256: item.sha256,
    size: item.size,
    maxBytes: item.size,
  };
}

function unavailable(
  item: LockedPackage,
  environment: string,
  cause: SelfsameError,
): SelfsameError {
  if (cause.code === 'DOWNLOAD_DIGEST_MISMATCH') return cause;
  const where =
    cause.code === 'OFFLINE_MISSING' ? 'not in the store, and --offline is on' : 'in no archive';
  return new SelfsameError(
    'PACKAGE_UNAVAILABLE',
    `package ${packageLabel(item)} (sha256 ${item.sha256}) of environment "${environment}" is ${where}`,
    {
      hint:
        cause.code === 'OFFLINE_MISSING'
          ? 'run once without --offline'
          : 'name a snapshot service in the settings (debian.snapshot), or take newer packages with: selfsame lock --update',
      cause,
      details: { ...item },
    },
  );
}
