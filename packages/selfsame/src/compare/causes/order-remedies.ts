import type { Permuted } from './decoders/permutations.js';
import type { Reading } from './reading.js';

interface OrderAdvice {
  readonly kind: string;
  readonly remedy: string;
}

const find = 'sort the list of files first: `find … -print0 | LC_ALL=C sort -z`';

const byFormat: Readonly<Record<string, OrderAdvice>> = {
  tar: { kind: 'tar members', remedy: 'Pack with `tar --sort=name` (GNU tar 1.28 or later).' },
  zip: {
    kind: 'zip entries',
    remedy: 'Give zip a sorted list: `find … | LC_ALL=C sort | TZ=UTC zip -X -@ out.zip`.',
  },
  jar: {
    kind: 'jar entries',
    remedy:
      'Give jar a sorted list (`jar cf out.jar @list`), or in Gradle set `reproducibleFileOrder = true`.',
  },
  ar: {
    kind: 'ar members',
    remedy:
      'Sort the objects: in make `$(sort $(wildcard *.o))`, in shell `ar Dcr lib.a $(ls *.o | LC_ALL=C sort)`.',
  },
  cpio: {
    kind: 'cpio members',
    remedy:
      'Give cpio a sorted list: `find . -print0 | LC_ALL=C sort -z | cpio -0o --reproducible`.',
  },
  elf: {
    kind: 'sections or symbols',
    remedy:
      'Link objects in a fixed order: `$(sort $(wildcard *.o))` in make, sorted lists elsewhere.',
  },
  squashfs: {
    kind: 'squashfs entries',
    remedy: 'Use mksquashfs 4.4 or later, which orders its input.',
  },
  ext: {
    kind: 'directory entries',
    remedy: 'Fill the image from a sorted list, with a fixed `-E hash_seed=`.',
  },
  iso: { kind: 'ISO 9660 entries', remedy: 'Use xorriso 1.4.8 or later with a sorted path list.' },
  gettext: { kind: 'messages', remedy: 'Sort with `xgettext --sort-by-file` or `--sort-output`.' },
};

/** What ends another order in each format. */
export const orderRemedies: readonly string[] = Object.values(byFormat).map(
  ({ kind, remedy }) => `${kind}: ${remedy}`,
);

/** What is in another order, and what ends it. */
export function orderAdvice(reading: Reading, of: Permuted | 'parts'): OrderAdvice {
  const { format, name } = reading;
  if (of === 'parts') {
    const known =
      byFormat[format === 'iso9660' ? 'iso' : format === 'alpine-apk' ? 'tar' : (format ?? '')];
    if (known !== undefined) return known;
    return { kind: 'parts', remedy: `Before the parts are put together, ${find}.` };
  }
  if (of === 'keys')
    return {
      kind: 'keys',
      remedy:
        'Sort keys when writing: Python `json.dumps(…, sort_keys=True)`, Perl `$JSON->canonical` or `$Data::Dumper::Sortkeys = 1`, Go `json` of maps does so.',
    };
  if (/(?:^|[._-])log$|\.log\b|LastTest|build-output/i.test(name))
    return {
      kind: 'lines of a log',
      remedy:
        'Do not ship logs; processes that run at the same time write them in any order (or run one at a time: `make -j1`).',
    };
  if (/^(?:.*[/._-])?(?:md5|sha(?:1|224|256|384|512)?|b2|check)sums?(?:\.txt)?$/i.test(name))
    return {
      kind: 'lines of a list of checksums',
      remedy:
        'Sort what is summed: `find … -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum` (Debian: `dh_md5sums` does).',
    };
  if (of === 'words')
    return {
      kind: 'words of a line',
      remedy:
        'Sort what is listed: `$(sort $(wildcard …))` in make, `sorted(set)` in Python; for hash tables set `PYTHONHASHSEED=0` or `PERL_HASH_SEED=0`.',
    };
  if (of === 'records')
    return {
      kind: 'records',
      remedy: `Write records in a fixed order; where they come from files, ${find}.`,
    };
  if (of === 'strings')
    return {
      kind: 'strings',
      remedy: `Give the tools their inputs in a fixed order; where they are files, ${find}, or \`$(sort $(wildcard …))\` in make.`,
    };
  return {
    kind: 'lines',
    remedy:
      'Sort before writing: `LC_ALL=C sort`, `find … | LC_ALL=C sort`, `sorted(os.listdir(…))`; for hash tables set `PYTHONHASHSEED=0` or `PERL_HASH_SEED=0`.',
  };
}
