import { lstatSync } from 'node:fs';
import type { Field } from '../formats/format.js';
import { attributeFields } from './attributes.js';
import { linkTarget, shownPath, systemPath, type Entry } from './entry.js';

/** Whether all that is compared of two entries besides what they hold is seen to be equal, without asking the system. */
export function areAlike(a: Entry, b: Entry, metadata: boolean): boolean {
  return (
    !metadata &&
    a.kind === b.kind &&
    a.kind !== 'symlink' &&
    a.permissions === b.permissions &&
    a.device === b.device &&
    a.hardLink === b.hardLink &&
    a.attributes === b.attributes
  );
}

/**
 * What is compared of an entry besides what it holds: permissions, where links lead, numbers of devices, which
 * names are one file, extended attributes where they were read; with `metadata` also time and owner.
 *
 * @throws errors of the system
 */
export function entryFields(root: string, entry: Entry, metadata: boolean): Field[] {
  const { bytes, kind } = entry;
  const fields: Field[] = [];
  if (kind === 'symlink') {
    fields.push({ name: 'target', kind: 'link', value: shownPath(linkTarget(root, bytes)) });
  } else {
    // Linux gives all symbolic links the same, and other systems let nobody change theirs.
    const mode = entry.permissions.toString(8).padStart(4, '0');
    fields.push({ name: 'mode', kind: 'mode', value: mode });
  }
  if (kind === 'block device' || kind === 'character device') {
    fields.push({ name: 'device', kind: 'other', value: `${kind} ${entry.device}` });
  }
  fields.push({ name: 'hard link', kind: 'link', value: entry.hardLink });
  fields.push(...attributeFields(entry.attributes));
  if (metadata) {
    const { mtimeNs } = lstatSync(systemPath(root, bytes), { bigint: true });
    fields.push(
      timeField('mtime', mtimeNs),
      { name: 'uid', kind: 'owner', value: `${entry.uid}` },
      { name: 'gid', kind: 'owner', value: `${entry.gid}` },
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
