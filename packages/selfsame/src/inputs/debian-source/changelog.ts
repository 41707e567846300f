import { openArchive } from '../unpack/unpack.js';

/** Bytes of a changelog that are read: its first entry is at the top. */
const readBytes = 1024 ** 2;

/** Decompressed bytes of a tarball that are read to find its changelog. */
const searchBytes = 8 * 1024 ** 3;

/**
 * The date of the newest entry of a Debian changelog (deb-changelog(5)), seconds since 1970, or undefined: the line
 * ` -- NAME <ADDRESS>  DAY, D MON YEAR HH:MM:SS +ZZZZ`.
 */
export function changelogDate(text: string): number | undefined {
  const line = /^ -- .*> {2}(.*)$/m.exec(text)?.[1]?.trim();
  const form =
    /^(?:[A-Z][a-z]{2}, *)?[0-9]{1,2} [A-Z][a-z]{2,8} [0-9]{4} +[0-9]{1,2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}$/;
  if (line === undefined || !form.test(line)) return undefined;
  const milliseconds = Date.parse(line);
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? undefined : milliseconds / 1000;
}

/** As `changelogDate`, for the `debian/changelog` of a tarball, at its top or below one directory. */
export async function tarballChangelogDate(
  path: string,
  label: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const entry of await openArchive(path, label, searchBytes, signal)) {
    if (entry.type !== 'file' || !/^(?:\.\/)?(?:[^/]+\/)?debian\/changelog$/.test(entry.path))
      continue;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of entry.body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= readBytes) break;
    }
    return changelogDate(Buffer.concat(chunks).toString('utf8'));
  }
  return undefined;
}
