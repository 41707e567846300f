import { causes } from '../../compare/causes/causes.js';
import type { CauseName, Difference, Finding } from '../../compare/types.js';
import type { Dependence, Variation } from '../types.js';
import { findingsIn } from './findings-in.js';
import { provedCauses } from './named-causes.js';

/**
 * A finding for each cause that builds have proved and the bytes do not show, so that every form of the report tells it
 * and its remedy. `a` and `b` are what was varied, not what stands in the artifact.
 */
export function provedFindings(
  path: string,
  difference: Difference,
  dependence: Dependence,
  used: ReadonlyMap<string, Variation>,
  values: (variation: Variation) => { readonly a: string; readonly b: string },
): readonly Finding[] {
  const identified = findingsIn(difference).some(({ cause }) => cause === 'build-id');
  return [...provedCauses(difference, dependence, used)].map(([variation, cause]): Finding => {
    const { a, b } = values(variation);
    const stripped = cause === 'build-path' && identified;
    return {
      ...{ cause, certainty: 'certain', place: [path], offsetA: undefined, offsetB: undefined },
      kind: stripped ? 'in what was stripped' : 'proved by builds',
      ...{ a: cut(a), b: cut(b), remedy: stripped ? prefixMap : remedyFor(cause, variation) },
      ...{ consequence: false, more: 0 },
    };
  });
}

const prefixMap =
  'Compile with `-ffile-prefix-map=$PWD=.` (GCC 8, Clang 10 or later; Debian: use the flags of `dpkg-buildflags`), and with CMake set `-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON`: debugging information, or else a library search path, had the path when the linker computed the build-id, and was taken out later.';

/** Causes of which the first of several remedies ends any kind. */
const firstFits: ReadonlySet<CauseName> = new Set(['locale', 'permissions']);

/** What ends the cause wherever it is, and where to look. */
function remedyFor(name: CauseName, { title, fixedAt }: Variation): string {
  const [remedy, ...others] = causes.find((cause) => cause.name === name)?.remedies ?? [];
  const fits = others.length === 0 || firstFits.has(name);
  const general = remedy === undefined || !fits ? '' : `${remedy} `;
  const level = fixedAt === undefined ? '' : `; level \`${fixedAt}\` holds it constant`;
  return `${general}Find out what its writers make of it (${title}): the bytes do not show where it gets in${level}.`;
}

/** As values of findings are. */
function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
