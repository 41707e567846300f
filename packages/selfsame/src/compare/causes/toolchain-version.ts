import type { Cause, Recognition } from './cause.js';
import { differingOptions } from './compiler-options.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf, show } from './reading.js';

/** Which compiler. */
export const toolchainVersion: Cause = {
  name: 'toolchain-version',
  title: 'Version of the toolchain',
  summary:
    'Compilers, linkers and packers write their version into what they make: both sides used different ones.',
  looks: '`GCC: (…)`, `clang version`, `go1.…`, `rustc`, `Created-By`, versions of generators.',
  get remedies() {
    return ['Build both with the same packages: lock the environment (`selfsame lock`).'];
  },
  variations: [],
  endsAt: undefined,
  recognise(evidence) {
    const { field } = evidence;
    const reading = readingOf(evidence);
    for (const [kind, pattern] of patterns) {
      const pair = pairOf(reading, pattern, 192);
      if (pair !== undefined) return answer(kind, valuesOf(reading, pair));
    }
    if (field?.kind === 'version' && differingOptions(evidence) === undefined)
      return answer(`${reading.format ?? 'file'} ${field.name}`, {
        a: show(field.a ?? ''),
        b: show(field.b ?? ''),
      });
    return undefined;
  },
};

function answer(
  kind: string,
  values: Pick<Recognition, 'a' | 'b' | 'offsetA' | 'offsetB'>,
): Recognition {
  return {
    kind,
    certainty: 'likely',
    ...values,
    remedy:
      'Build both with the same packages: lock the environment (`selfsame lock`), or take the versions from the buildinfo file.',
  };
}

const version = '\\d{1,4}(?:\\.\\d{1,6}){1,3}[\\w.+~-]{0,40}';
const patterns: readonly (readonly [string, RegExp])[] = [
  [
    'GCC',
    new RegExp(
      `GCC: \\([^)\\0]{0,80}\\) ${version}(?: \\d{8})?|\\bgcc(?:-\\d+)? version ${version}|GNU (?:C|C\\+\\+|AS|Fortran)\\d{0,2} ${version}`,
      'g',
    ),
  ],
  ['clang', new RegExp(`(?:clang|LLD|LLVM|flang) (?:version )?${version}`, 'g')],
  ['Go', /(?<![\w.])go1\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|beta)\d)?(?![\w])/g],
  ['Rust', new RegExp(`rustc(?: version)? ${version}(?: \\([\\da-f]{9} [\\d-]{10}\\))?`, 'g')],
  [
    'Java',
    new RegExp(
      `(?:javac|OpenJDK|JDK|Created-By:|Build-Jdk(?:-Spec)?:|java version)[ :"]{1,3}[\\w .("+-]{0,24}?\\d{1,3}(?:[._+]\\d{1,6}){0,4}[\\w.+~-]{0,24}`,
      'g',
    ),
  ],
  ['TeX', new RegExp(`(?:pdfTeX|XeTeX|LuaTeX|LuaHBTeX|xdvipdfmx)[- (]{1,2}${version}`, 'g')],
  [
    'generator',
    new RegExp(
      `(?:Doxygen|Sphinx|groff|help2man|docutils|cmake|CMake|meson|Meson|automake|autoconf|Autoconf|bison|Bison|flex|SWIG|protoc|ghc|GHC|node|npm|Python|PyPy|perl|Perl|ruby|wheel|bdist_wheel|setuptools|poetry-core|hatchling|flit|maven|Maven|Gradle|Ghostscript|ImageMagick|Inkscape|cairo|NASM|Yasm|Maven Archiver|rpm|dpkg)[ /:(v-]{1,3}(?:version )?v?${version}`,
      'g',
    ),
  ],
];
