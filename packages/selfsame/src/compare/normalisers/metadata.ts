import { otherBytesName } from '../compare-fields.js';
import type { FieldKind } from '../types.js';
import type { Normaliser, NormaliserSubject } from './normaliser.js';

const zipFormats: ReadonlySet<string> = new Set(['zip', 'jar', 'wheel', 'apk']);

const ofKind =
  (...kinds: readonly FieldKind[]) =>
  ({ kind }: { readonly kind: FieldKind }): boolean =>
    kinds.includes(kind);

const isOfZip = ({ formats, difference }: NormaliserSubject, isAround: boolean): boolean =>
  zipFormats.has((isAround ? formats.at(-1) : difference.format) ?? '');

/** What archives, trees and headers say of files, besides what these hold. */
export const metadata: readonly Normaliser[] = [
  {
    name: 'mtime',
    hides: 'Times that archives, trees and file headers record.',
    field: ofKind('time'),
  },
  {
    name: 'zip-times',
    hides: 'Times of members of zip archives, and of nothing else.',
    field: (field, subject, isAround) => field.kind === 'time' && isOfZip(subject, isAround),
  },
  {
    name: 'gzip-header',
    hides: 'Everything in the header of gzip files: time, name, system and level.',
    field: ({ name }, { difference }, isAround) =>
      difference.format === 'gzip' && !isAround && name !== otherBytesName,
  },
  { name: 'owner', hides: 'Users and groups, by name and by number.', field: ofKind('owner') },
  { name: 'mode', hides: 'Permissions.', field: ofKind('mode') },
  {
    name: 'xattr',
    hides: 'Extended attributes and access lists, of files in trees and in archives.',
    field: ofKind('attribute'),
  },
  { name: 'inode', hides: 'Numbers of inodes and devices in archives.', field: ofKind('inode') },
  {
    name: 'padding',
    hides: 'Bytes that fill up headers and mean nothing.',
    field: ofKind('padding'),
  },
  { name: 'order', hides: 'Another order of the same members.', order: true },
  {
    name: 'file-names',
    hides: 'Another name of a file or member that is the same otherwise.',
    names: true,
    field: ofKind('name'),
  },
];
