import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { decompress } from './decompress.js';
import type { CompressionFormat } from './decompress.js';
import type { VerifiedRelease } from './debian-release.js';
import { downloadFile } from './download-file.js';
import { defaultPolicy } from './policy.js';
import type { DownloadedFile, DownloadPolicy } from './types.js';

/** Largest index, compressed or not, bytes; the largest of Debian (Contents) is below 1 GiB. */
const maxIndexBytes = 2 * 1024 ** 3;

const variants: readonly (readonly [suffix: string, format: CompressionFormat])[] = [
  ['.xz', 'xz'],
  ['.gz', 'gzip'],
  ['', 'none'],
];

export interface FetchedIndex {
  /** The index as it was served, in the store. */
  readonly file: DownloadedFile;
  readonly format: CompressionFormat;
  /** Path below `dists/<suite>/`. */
  readonly path: string;
}

/**
 * Fetches an index that a checked Release file names, for example `main/source/Sources`, in the first compression
 * that is listed: by its hash where the archive offers that, by its name otherwise, always verified.
 * Rejects with `INDEX_UNAVAILABLE`, `OFFLINE_MISSING`, `INTERRUPTED` or an error of the store.
 */
export async function fetchIndex(
  release: VerifiedRelease,
  name: string,
  context: Context,
  policy: DownloadPolicy = defaultPolicy,
): Promise<FetchedIndex> {
  for (const [suffix, format] of variants) {
    const path = `${name}${suffix}`;
    const listed = release.files.get(path);
    if (listed === undefined) continue;
    const base = `${release.archive.uri}/dists/${release.requestedSuite}`;
    const slash = path.lastIndexOf('/');
    const byHash = `${base}/${path.slice(0, slash + 1)}by-hash/SHA256/${listed.sha256}`;
    const urls = release.acquireByHash ? [byHash, `${base}/${path}`] : [`${base}/${path}`];
    try {
      const request = { name: `${path} of ${release.requestedSuite}`, urls, ...listed };
      const file = await downloadFile({ ...request, maxBytes: maxIndexBytes }, context, policy);
      return { file, format, path };
    } catch (error) {
      if (!(error instanceof SelfsameError) || !error.code.startsWith('DOWNLOAD_')) throw error;
      throw new SelfsameError('INDEX_UNAVAILABLE', error.message, {
        hint: 'the archive may be in the middle of an update: try again in a few minutes',
        cause: error,
      });
    }
  }
  throw new SelfsameError(
    'INDEX_UNAVAILABLE',
    `the Release file of ${release.requestedSuite} does not list ${name}`,
    { hint: 'check the component, and that the archive has source packages' },
  );
}

/** The text of an index, decompressed, as it comes. */
export function readIndex(
  index: FetchedIndex,
  context: Pick<Context, 'signal'>,
): AsyncIterable<Uint8Array> {
  return decompress(index.file.path, index.format, {
    maxBytes: maxIndexBytes,
    signal: context.signal,
  });
}
