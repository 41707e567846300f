import { lstatSync } from 'node:fs';
import type { Field } from '../formats/format.js';
import { kindOf, linkTarget, shownPath, systemPath, type Entry } from './entry.js';

/** Paths that are one file each, by the first of them in the order of the walk. */
export class HardLinks {
  readonly #first = new Map<string, string>();

  /** The first path of the same file, `none` for that itself and for files with one name. */
  firstOf({ bytes, stats }: Entry): string {
    if (stats.nlink < 2 || stats.isDirectory()) return 'none';
    const key = `${stats.dev} ${stats.ino}`;
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, bytes);
    return first === undefined ? 'none' : shownPath(first);
  }
}

/**
 * What is compared of an entry besides what it holds: permissions, where links lead, numbers of devices, which
 * names are one file; with `metadata` also time and owner.
 *
 * @throws errors of the system
 */
export function entryFields(
  root: string,
  entry: Entry,
  links: HardLinks,
  metadata: boolean,
): Field[] {
  const { bytes, stats } = entry;
  const fields: Field[] = [];
  if (stats.isSymbolicLink()) {
    fields.push({ name: 'target', kind: 'link', value: shownPath(linkTarget(root, bytes)) });
  } else {
    // Linux gives all symbolic links the same, and other systems let nobody change theirs.
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
    fields.push({ name: 'mode', kind: 'mode', value: mode });
  }
  if (stats.isBlockDevice() || stats.isCharacterDevice()) {
    fields.push({ name: 'device', kind: 'other', value: `${kindOf(stats)} ${stats.rdev}` });
  }
  fields.push({ name: 'hard link', kind: 'link', value: links.firstOf(entry) });
  if (metadata) {
    const { mtimeNs } = lstatSync(systemPath(root, bytes), { bigint: true });
    fields.push(
      timeField('mtime', mtimeNs),
      { name: 'uid', kind: 'owner', value: `${stats.uid}` },
      { name: 'gid', kind: 'owner', value: `${stats.gid}` },
    );
  }
  return fields;
}

/** `2026-11-21T12:00:00.000000001Z`; without the fraction where it is none. */
function timeField(name: string, nanoseconds: bigint): Field {
  const billion = 1_000_000_000n;
  const fraction = ((nanoseconds % billion) + billion) % billion;
  const seconds = Number((nanoseconds - fraction) / billion);
  const date = new Date(seconds * 1000);
  const whole = Number.isNaN(date.getTime()) ? `${seconds}` : date.toISOString().slice(0, 19);
  const rest = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0')}`;
  return { name, kind: 'time', value: `${whole}${rest}Z`, seconds };
}
