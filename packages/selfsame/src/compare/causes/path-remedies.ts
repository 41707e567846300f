import { around } from './matching.js';
import type { Reading } from './reading.js';

interface PathAdvice {
  readonly kind: string;
  readonly remedy: string;
}

const prefixMap = 'Compile with `-ffile-prefix-map=$PWD=.` (GCC 8, Clang 10 or later)';

/** Where a path stands, by the names of the place, then by the words around it. */
const byPlace: readonly (readonly [RegExp, PathAdvice])[] = [
  [
    /DW_AT_comp_dir|\bcomp_dir\b/,
    {
      kind: 'DW_AT_comp_dir',
      remedy: `${prefixMap}; for DWARF alone \`-fdebug-prefix-map\`; in Rust \`--remap-path-prefix\`.`,
    },
  ],
  [
    /DW_AT_producer|\bproducer\b/,
    {
      kind: 'DW_AT_producer',
      remedy:
        'Use GCC 10 or later, which leaves prefix maps out of DW_AT_producer, and do not record command lines (`-gno-record-gcc-switches`).',
    },
  ],
  [
    /R(?:UN)?PATH/i,
    {
      kind: 'RPATH',
      remedy:
        'Link with `-Wl,-rpath,$ORIGIN/…` relative to the binary; with CMake set `-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON` (or `CMAKE_SKIP_RPATH`).',
    },
  ],
  [
    /\.gnu_debuglink|debugaltlink/,
    {
      kind: 'debug link',
      remedy:
        'Split debug data with `objcopy --add-gnu-debuglink` run in the directory of the file, and map paths with `-ffile-prefix-map=$PWD=.`.',
    },
  ],
  [
    /\.z?debug_|\.debug_(?:line_)?str|__debug_/,
    {
      kind: 'debug data',
      remedy: `${prefixMap}, assemble with \`-Wa,--debug-prefix-map=$PWD=.\`; in Rust \`--remap-path-prefix=$PWD=.\`.`,
    },
  ],
  [
    /\.go\.buildinfo|\.gopclntab|\.note\.go\.buildid/,
    {
      kind: 'Go path',
      remedy: 'Build with `go build -trimpath -buildvcs=false -ldflags=-buildid=`.',
    },
  ],
  [
    /\.gresource|\.qm$|qrc/,
    {
      kind: 'resource path',
      remedy: 'Run the resource compiler in the source directory with relative names.',
    },
  ],
  [
    /\.pc$/,
    {
      kind: 'pkg-config file',
      remedy:
        'Write the installation prefix into `.pc` files, not the build directory (`prefix=${pcfiledir}/../..`).',
    },
  ],
  [
    /\.la$/,
    {
      kind: 'libtool archive',
      remedy: 'Remove `.la` files after installation, or empty their `dependency_libs`.',
    },
  ],
  [
    /\.cmake$/,
    {
      kind: 'CMake export',
      remedy:
        'Export targets with `install(EXPORT …)` and `$<INSTALL_INTERFACE:…>`, not with paths of the build tree.',
    },
  ],
  [
    /\.pyc$|pyc/,
    {
      kind: 'byte code',
      remedy:
        'Compile with `python -m compileall -s "$PWD" -p /` so that `co_filename` is the installed path.',
    },
  ],
  [
    /\.gcno$|\.gcda$/,
    {
      kind: 'coverage data',
      remedy:
        'Do not ship coverage data; otherwise compile with `-fprofile-prefix-map=$PWD=.` or `-fprofile-prefix-path=$PWD`.',
    },
  ],
  [
    /\.pdb$|\.debug\$S/,
    {
      kind: 'PDB path',
      remedy:
        'Build with `/pathmap:%CD%=.` (.NET: `<PathMap>`), `/experimental:deterministic` and `/PDBALTPATH:%_PDB%`.',
    },
  ],
  [
    /\.map$/,
    {
      kind: 'source map',
      remedy:
        'Make `sources` of source maps relative (webpack: `output.devtoolModuleFilenameTemplate`).',
    },
  ],
  [
    /config\.(?:log|status|h)$|CMakeCache/,
    {
      kind: 'configuration record',
      remedy: 'Do not ship files of the configure step; they record where it ran.',
    },
  ],
];

const byText: readonly (readonly [RegExp, PathAdvice])[] = [
  [/RUNPATH|RPATH/, byPlace[2]?.[1] ?? { kind: 'RPATH', remedy: '' }],
  [
    /-f(?:file|debug|macro)-prefix-map=/,
    {
      kind: 'recorded compiler flags',
      remedy:
        'Do not record compiler flags (`-gno-record-gcc-switches`, no `CFLAGS` in `--version` output), since prefix maps hold the path they hide.',
    },
  ],
  [
    /assert|__FILE__/,
    {
      kind: '__FILE__',
      remedy:
        'Compile with `-ffile-prefix-map=$PWD=.` or `-fmacro-prefix-map=$PWD=.`, or give the compiler relative names.',
    },
  ],
  [
    /^prefix=|pkg-config/m,
    {
      kind: 'pkg-config file',
      remedy: 'Write the installation prefix into `.pc` files, not the build directory.',
    },
  ],
  [
    /\.cargo\/registry|\/rustc\//,
    {
      kind: 'Rust path',
      remedy:
        'Set `RUSTFLAGS=--remap-path-prefix=$PWD=.` and `--remap-path-prefix=$CARGO_HOME=/cargo` (or `trim-paths` in the Cargo profile).',
    },
  ],
  [
    /\/go\/pkg\/mod|\.go\0/,
    {
      kind: 'Go path',
      remedy: 'Build with `go build -trimpath -buildvcs=false -ldflags=-buildid=`.',
    },
  ],
  [
    /node_modules/,
    {
      kind: 'npm path',
      remedy:
        'Bundle with relative paths (webpack: `context` and `output.devtoolModuleFilenameTemplate`; npm: no `_where` or `_resolved` fields).',
    },
  ],
];

/** What ends paths in each kind of file. */
export const pathRemedies: readonly string[] = byPlace.map(
  ([, { kind, remedy }]) => `${kind}: ${remedy}`,
);

const objects = /^(?:elf|macho|mach-o|pe|wasm|ar)$/;

/** What a path is that differs, and what ends it. */
export function pathAdvice(reading: Reading): PathAdvice {
  const { evidence } = reading;
  const names = [...evidence.place.slice(-2), evidence.field?.name ?? ''];
  for (const [pattern, advice] of byPlace)
    if (names.some((name) => pattern.test(name))) return advice;
  const text = [reading.a, reading.b]
    .map((side) => (side === undefined ? '' : around(side, side.from, 120)))
    .join('\n');
  for (const [pattern, advice] of byText) if (pattern.test(text)) return advice;
  if (evidence.formats.some((format) => objects.test(format)))
    return {
      kind: 'string',
      remedy: `${prefixMap}, and give tools that make sources relative names.`,
    };
  return {
    kind: 'string',
    remedy: 'Give the program that writes this file relative names, or build in a fixed directory.',
  };
}
