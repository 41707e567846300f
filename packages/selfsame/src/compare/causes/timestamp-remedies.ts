import type { Reading } from './reading.js';

/** What a time is called and what ends it, by where it stands. */
export interface TimeAdvice {
  readonly kind: string;
  readonly remedy: string;
}

const tar =
  'Pack with `tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime`.';
const setTimes =
  '`find DIR -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +` before packing';

/** Formats, by the name of their reader. */
const byFormat: Readonly<Record<string, TimeAdvice>> = {
  gzip: {
    kind: 'gzip header',
    remedy:
      'Compress with `gzip -n` (in tar: `tar -I "gzip -n"`; in Python: `gzip.GzipFile(mtime=0)`).',
  },
  ar: {
    kind: 'ar member',
    remedy: 'Make static libraries with `ar D` (`ARFLAGS=Dcr`, and `ranlib -D`).',
  },
  tar: { kind: 'tar member', remedy: tar },
  zip: {
    kind: 'zip entry',
    remedy: `Run ${setTimes}, then \`TZ=UTC zip -X\`.`,
  },
  jar: {
    kind: 'jar entry',
    remedy:
      'Pack with `jar --date=…` (JDK 17 and later), with Maven set `project.build.outputTimestamp`, with Gradle `preserveFileTimestamps = false`.',
  },
  wheel: {
    kind: 'wheel entry',
    remedy: 'Set `SOURCE_DATE_EPOCH` (at least 315532800) when building wheels.',
  },
  apk: {
    kind: 'apk entry',
    remedy:
      'Let the Android Gradle plugin (3.x and later) write the package: it sets constant times.',
  },
  cpio: {
    kind: 'cpio member',
    remedy: `Run ${setTimes}, then \`cpio --reproducible\` (in kernels: \`KBUILD_BUILD_TIMESTAMP\`).`,
  },
  'data of deb': {
    kind: 'file in a deb',
    remedy:
      'Set `SOURCE_DATE_EPOCH`, to which dpkg-deb (1.18.11 or later) takes later times down; earlier ones it keeps: install without them (no `install -p`, no `cp -p`), or give the sources fixed ones.',
  },
  deb: {
    kind: 'deb member',
    remedy: 'Build with dpkg-deb 1.18.8 or later and `SOURCE_DATE_EPOCH` set.',
  },
  rpm: {
    kind: 'rpm header',
    remedy:
      'Set `%use_source_date_epoch_as_buildtime 1`, `%clamp_mtime_to_source_date_epoch 1` and `%_buildhost` for rpmbuild.',
  },
  pyc: {
    kind: 'pyc header',
    remedy:
      'Compile with `python -m compileall --invalidation-mode checked-hash` (or set `SOURCE_DATE_EPOCH`, which does so).',
  },
  pe: {
    kind: 'PE header',
    remedy:
      'Link with `-Wl,--no-insert-timestamp` (MinGW), `/Brepro` (MSVC) or `<Deterministic>true</Deterministic>` (.NET).',
  },
  macho: { kind: 'Mach-O time', remedy: 'Set `ZERO_AR_DATE=1` for ar, libtool, ld and strip.' },
  pdf: {
    kind: 'PDF date',
    remedy:
      'Set `SOURCE_DATE_EPOCH` and `FORCE_SOURCE_DATE=1`; in TeX also `\\pdfinfoomitdate=1` and `\\pdftrailerid{}`.',
  },
  png: {
    kind: 'PNG tIME or text chunk',
    remedy:
      'With ImageMagick write `-define png:exclude-chunks=date,time`; otherwise set `SOURCE_DATE_EPOCH`.',
  },
  gettext: {
    kind: 'gettext header',
    remedy:
      'Set `SOURCE_DATE_EPOCH` for xgettext, and do not remake `.po` and `.mo` files in the build.',
  },
  squashfs: {
    kind: 'squashfs image',
    remedy: 'Set `SOURCE_DATE_EPOCH` for mksquashfs 4.4 or later, or `-mkfs-time` and `-all-time`.',
  },
  iso: {
    kind: 'ISO 9660 image',
    remedy:
      'Set `SOURCE_DATE_EPOCH` for `xorriso -as mkisofs` 1.4.8 or later, or use `--modification-date=` and `--set_all_file_dates`; genisoimage cannot: it takes the clock.',
  },
  ext: {
    kind: 'ext file system',
    remedy: `Run ${setTimes}, then make it with mke2fs 1.47.1 or later and \`SOURCE_DATE_EPOCH\` set, before that with \`E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH\` (\`-E hash_seed=UUID -U UUID\` for its random values).`,
  },
  uimage: {
    kind: 'U-Boot image',
    remedy: 'Set `SOURCE_DATE_EPOCH` for mkimage.',
  },
  devicetree: {
    kind: 'FIT image',
    remedy: 'Set `SOURCE_DATE_EPOCH` for `mkimage -f`.',
  },
  fat: {
    kind: 'FAT file system',
    remedy: 'Make it with `mkfs.fat --invariant` and copy with mtools under `SOURCE_DATE_EPOCH`.',
  },
  oci: {
    kind: 'image configuration',
    remedy:
      'Build with `SOURCE_DATE_EPOCH` and `--output type=image,rewrite-timestamp=true` (BuildKit), `--timestamp` (Buildah).',
  },
  sqlite: {
    kind: 'database record',
    remedy: 'Take times that are stored from `SOURCE_DATE_EPOCH`.',
  },
};

/** What ends times in each format. */
export const timeRemedies: readonly string[] = [
  ...Object.values(byFormat).map(({ kind, remedy }) => `${kind}: ${remedy}`),
  `\`__DATE__\`: ${macro('__DATE__').remedy}`,
];

const aliases: Readonly<Record<string, string>> = {
  iso9660: 'iso',
  'oci-image': 'oci',
  'alpine-apk': 'tar',
  'macho-universal': 'macho',
  whl: 'wheel',
  'mach-o': 'macho',
  mo: 'gettext',
  docker: 'oci',
  ipk: 'tar',
};

/** What the archive or file that holds a field is called, and what ends the time in it. */
export function fieldTimeAdvice(reading: Reading, field: string): TimeAdvice {
  const format = formatOf(reading);
  if (format === undefined)
    return {
      kind: `file ${field}`,
      remedy: `Set file times with ${setTimes}, or leave them out of the comparison with \`--ignore mtime\`.`,
    };
  const packed = format === 'tar' && reading.evidence.formats.includes('deb');
  const advice = byFormat[packed ? 'data of deb' : format];
  if (advice !== undefined)
    return {
      kind: `${advice.kind}${/^m?time$/i.test(field) ? '' : ` ${field}`}`,
      remedy: advice.remedy,
    };
  return {
    kind: `${format} ${field}`,
    remedy: `Set \`SOURCE_DATE_EPOCH\` for the program that writes ${format} files.`,
  };
}

/** The reader's name, with kinds of zip and tar told apart by name. */
function formatOf({ format, evidence }: Reading): string | undefined {
  if (format === undefined) return undefined;
  const name = aliases[format] ?? format;
  if (name !== 'zip') return name;
  const holder = [...evidence.place]
    .reverse()
    .find((part) => /\.(?:jar|war|ear|whl|apk)$/.test(part));
  const extension = holder === undefined ? undefined : /[a-z]+$/.exec(holder)?.[0];
  if (extension === undefined) return name;
  return extension === 'whl' ? 'wheel' : extension === 'apk' ? 'apk' : 'jar';
}

const objectFormats = new Set(['elf', 'pe', 'macho', 'mach-o', 'ar', 'wasm']);

/** What a time in the bytes of a file is, by what it looks like and stands in. */
export function textTimeAdvice(reading: Reading, form: string, precision: string): TimeAdvice {
  const { evidence, name } = reading;
  const format = formatOf(reading);
  const inside = evidence.formats.some((each) => objectFormats.has(each));
  const text = `${reading.a?.text ?? ''}${reading.b?.text ?? ''}`;
  if (inside || /\.(?:o|a|so|exe|dll|ko)(?:\.|$)/.test(name)) {
    if (form === 'date with month name' && precision === 'day') return macro('__DATE__');
    if (form === 'time of day') return macro('__TIME__');
    if (form === 'date with month name') return macro('__DATE__ and __TIME__');
    // Macros of compilers name no zone.
    if (form === 'asctime') return zoned.test(text) ? outputOfDate : macro('__TIMESTAMP__');
  }
  if (format === 'pdf' || /\.pdf$/.test(name)) return byFormat['pdf'] as TimeAdvice;
  if (format === 'gettext' || /\.(?:po|pot|mo|gmo)$/.test(name))
    return byFormat['gettext'] as TimeAdvice;
  for (const [pattern, advice] of byText)
    if (pattern.test(text) || pattern.test(name)) return advice;
  if (form === 'asctime' && zoned.test(text)) return outputOfDate;
  return {
    kind: form,
    remedy:
      'Print the time of `SOURCE_DATE_EPOCH` in UTC, not the clock: in shell `date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}"`.',
  };
}

const zoned = /\d\d:\d\d:\d\d (?:[AP]M )?(?:[A-Z]{2,5}|[+-]\d\d(?:\d\d)?) (?:19|20|21)\d\d(?!\d)/;

const outputOfDate: TimeAdvice = {
  kind: 'output of date',
  remedy:
    'Print the time of the sources: `LC_ALL=C date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}"` in place of `date`.',
};

function macro(kind: string): TimeAdvice {
  return {
    kind,
    remedy: `Set \`SOURCE_DATE_EPOCH\` (GCC 7, Clang 16 or later) or remove ${kind.includes(' ') ? 'the macros' : `\`${kind}\``} from the source; \`-Werror=date-time\` finds them.`,
  };
}

/** Programs that sign what they write. */
const byText: readonly (readonly [RegExp, TimeAdvice])[] = [
  [/\(D:\d{8,14}/, byFormat['pdf'] as TimeAdvice],
  [/Generated by javadoc/, { kind: 'javadoc', remedy: 'Run `javadoc -notimestamp`.' }],
  [
    /Doxygen/,
    {
      kind: 'Doxygen',
      remedy: 'Set `HTML_TIMESTAMP = NO` (and `TIMESTAMP = NO`) in the Doxyfile.',
    },
  ],
  [
    /Sphinx|objects\.inv/,
    {
      kind: 'Sphinx',
      remedy: 'Set `SOURCE_DATE_EPOCH`, and `html_last_updated_fmt = None` in conf.py.',
    },
  ],
  [
    /\.TH |DocBook XSL|help2man/,
    {
      kind: 'manual page',
      remedy:
        'Set `SOURCE_DATE_EPOCH` for help2man and docbook2x, or write the date into the source of the page.',
    },
  ],
  [
    /Groff|groff|CreationDate/,
    {
      kind: 'PostScript or PDF date',
      remedy:
        'Set `SOURCE_DATE_EPOCH` for groff, Ghostscript and TeX (with `FORCE_SOURCE_DATE=1`).',
    },
  ],
  [
    /Build(?:-Date|-Time|ed-On|-Timestamp)|Bnd-LastModified|Bundle-/,
    {
      kind: 'jar manifest',
      remedy:
        'Leave `Build-Date`, `Bnd-LastModified` and their like out of the manifest (bnd: `-reproducible: true`; Maven: `project.build.outputTimestamp`).',
    },
  ],
  [
    /^#[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d /m,
    {
      kind: 'Java properties',
      remedy:
        'Write properties files without `Properties.store` (or with `java.properties.date` set, JDK 18 and later).',
    },
  ],
  [
    /[Cc]opyright|©|\([Cc]\) ?\d{4}/,
    { kind: 'copyright year', remedy: 'Write the year down, or take it from `SOURCE_DATE_EPOCH`.' },
  ],
];
