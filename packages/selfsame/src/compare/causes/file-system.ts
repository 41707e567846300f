import type { Cause } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf, shownField } from './reading.js';

/** Facts about files that the file system decides. */
export const fileSystem: Cause = {
  name: 'file-system',
  title: 'File system',
  summary:
    'Inode and device numbers, link counts, block counts or sizes of directories were recorded.',
  looks: 'inode, device, link and block numbers in archives and in what `ls -l` and `stat` print.',
  get remedies() {
    return [remedy];
  },
  variations: ['inode-numbers', 'block-size', 'file-order'],
  endsAt: 'virtual',
  recognise(evidence) {
    const { field } = evidence;
    const reading = readingOf(evidence);
    if (field?.kind === 'inode')
      return {
        ...shownField(reading, field),
        certainty: 'certain',
        remedy:
          reading.format === 'cpio'
            ? 'Pack with `cpio --reproducible` (`--renumber-inodes --ignore-devno`).'
            : 'Use a format without inode and device numbers, or have the packer renumber them.',
      };
    if (
      field !== undefined &&
      /^(?:st_)?(?:nlink|links?|blocks?|blksize|dev|rdev|devmajor|devminor)$/i.test(field.name)
    )
      return {
        ...shownField(reading, field),
        certainty: 'likely',
        remedy,
      };
    if (field !== undefined) return undefined;
    const pair =
      pairOf(
        reading,
        /\b(?:inode|st_ino|st_dev|device|blocks|blksize|nlink|links)["']?\s{0,3}[:= ]\s{0,3}["']?(?:0x[\da-f]{1,16}|\d{1,20})(?!\w)/gi,
      ) ??
      // ls -l: `total 24`; a directory's size.
      pairOf(
        reading,
        /(?:^|(?<=\n))total \d{1,9}(?=\n)|(?<=[d])[rwxst-]{9}[.+@]? +\d{1,5} \S{1,32} +\S{1,32} +\d{1,9}/g,
        128,
      );
    return pair === undefined
      ? undefined
      : {
          kind: 'number by a word for it',
          certainty: 'likely',
          ...valuesOf(reading, pair),
          remedy,
        };
  },
};

const remedy =
  'Do not record what stat(2) says beyond size and mode; `ls -l`, `du` and `stat` print it.';
