import fc from 'fast-check';
import { causeNames, type CompareReport, type Difference, type Finding } from '../compare/types.js';
import type { ArtifactReport, CheckReport, Dependence } from '../vary/types.js';

// For tests: any report that the types allow, with text that tries to break out of every form.

const hostile = [
  '<img src=x onerror=alert(1)>',
  '</pre></details></section><script>alert(1)</script>',
  '"><svg/onload=alert(1)>',
  "' onmouseover='alert(1)",
  ']]><x>&amp;&#x202e;',
  '`````` | **bold** [x](javascript:alert(1)) @everyone',
  '\\`\\|`\\\\|',
  '\u202egnp.exe\u2066\u200b\ufeff',
  '\u001b[31mred\u001b[0m\u0007\u0000\r\n\t',
  '\ud800 lone \udfff',
  '\uffff\ufffe\u0085\u2028',
  '../../../etc/passwd',
  'javascript:alert(1)',
  '__proto__',
  '名前/ファイル',
  'עברית/קובץ.txt',
  '&lt;b&gt;',
  '${x} {0} %s $& $1',
  '',
];

const text = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.integer({ min: 1, max: 10_000 }).map((length) => '<a>&\u202e'.repeat(length).slice(0, length)),
);
const texts = (most: number) => fc.array(text, { maxLength: most });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const size = fc.integer({ min: 0, max: 2 ** 40 });
const small = fc.integer({ min: 0, max: 2_000 });
const bytes = fc.uint8Array({ maxLength: 200 });
const cause = fc.constantFrom(...causeNames);

const finding: fc.Arbitrary<Finding> = fc.record({
  cause,
  kind: text,
  certainty: fc.constantFrom('certain', 'likely', 'possible'),
  place: texts(5),
  offsetA: maybe(size),
  offsetB: maybe(size),
  a: text,
  b: text,
  remedy: text,
  consequence: fc.boolean(),
  more: small,
});

const reason = fc.constantFrom(
  'too-deep',
  'too-large',
  'out-of-time',
  'damaged',
  'encrypted',
  'unsupported',
  'unreadable',
  'tool-missing',
  'too-many-differences',
);
const unexamined = fc.record({ place: texts(4), reason, detail: text });

const differenceWith = (children: fc.Arbitrary<Difference[]>): fc.Arbitrary<Difference> =>
  fc.record({
    name: text,
    nameInB: maybe(text),
    presence: fc.constantFrom('both', 'only-a', 'only-b'),
    format: maybe(text),
    types: maybe(fc.tuple(text, text)),
    sizeA: maybe(size),
    sizeB: maybe(size),
    sha256A: maybe(text),
    sha256B: maybe(text),
    fields: fc.array(
      fc.record({
        name: text,
        kind: fc.constantFrom('time', 'owner', 'mode', 'text', 'other'),
        a: maybe(text),
        b: maybe(text),
        offsetA: maybe(size),
        offsetB: maybe(size),
      }),
      { maxLength: 3 },
    ),
    order: maybe(fc.record({ first: text, firstInB: text, moved: small })),
    ranges: fc.array(
      fc.record({
        offsetA: size,
        offsetB: size,
        lengthA: small,
        lengthB: small,
        sampleA: bytes,
        sampleB: bytes,
        sampleOffsetA: size,
        sampleOffsetB: size,
      }),
      { maxLength: 3 },
    ),
    moreRanges: small,
    textDiff: maybe(
      fc
        .array(fc.tuple(fc.constantFrom('+', '-', ' ', '@@ ', '\\ ', ''), text), { maxLength: 8 })
        .map((lines) => lines.map((parts) => parts.join('')).join('\n')),
    ),
    findings: fc.array(finding, { maxLength: 3 }),
    children,
    unexamined: fc.array(unexamined, { maxLength: 2 }),
  });

/** Three levels deep. */
export const anyDifference = [0, 1, 2].reduce<fc.Arbitrary<Difference>>(
  (inner) => differenceWith(fc.array(inner, { maxLength: 2 })),
  differenceWith(fc.constant([])),
);

const anyDependence: fc.Arbitrary<Dependence> = fc.oneof(
  fc.record({ type: fc.constant('always' as const), why: text }),
  fc.record({
    type: fc.constant('with' as const),
    sets: fc.array(texts(3), { maxLength: 8 }),
  }),
  fc.record({ type: fc.constant('sometimes' as const), differed: small, builds: small }),
  fc.record({ type: fc.constant('unsearched' as const), candidates: texts(4) }),
);

const artifact: fc.Arbitrary<ArtifactReport> = fc.record({
  path: text,
  status: fc.constantFrom('identical', 'differs'),
  dependence: maybe(anyDependence),
  matrix: fc.dictionary(text, maybe(fc.boolean()), { maxKeys: 4 }),
  difference: maybe(anyDifference),
  builds: maybe(fc.tuple(text, text)),
  causes: fc.array(cause, { maxLength: 3 }),
  consequenceOf: texts(2),
  vanishesAt: fc.constantFrom('fixed', 'virtual', undefined),
  writers: fc.array(
    fc.record({
      executable: text,
      arguments: texts(4),
      directory: text,
      sources: fc.record({ clock: small, randomness: small }, { requiredKeys: [] }),
    }),
    { maxLength: 2 },
  ),
});

const outcome = fc.oneof(
  fc.constant({ type: 'built' as const }),
  fc.record({ type: fc.constant('failed' as const), why: text, lastLines: texts(3) }),
);

export const anyCheckReport: fc.Arbitrary<CheckReport> = fc.record({
  version: fc.constant(1 as const),
  subject: text,
  directory: text,
  verdict: fc.constantFrom(
    'reproducible',
    'differs',
    'fails-when-varied',
    'does-not-build',
    'no-artifacts',
  ),
  variations: fc.array(
    fc.record({
      name: text,
      title: text,
      status: fc.constantFrom('used', 'skipped', 'left-out'),
      why: maybe(text),
      a: maybe(text),
      b: maybe(text),
      neverAsked: fc.boolean(),
      needs: text,
    }),
    { maxLength: 4 },
  ),
  builds: fc.array(
    fc.record({ id: text, varied: texts(3), outcome, milliseconds: small, notes: texts(2) }),
    { maxLength: 4 },
  ),
  artifacts: fc.array(artifact, { maxLength: 4 }),
  identical: small,
  failures: fc.array(fc.record({ dependence: anyDependence, why: text, lastLines: texts(3) }), {
    maxLength: 2,
  }),
  budgetSpent: fc.boolean(),
  notCovered: texts(3),
  wroteOutside: texts(3),
  milliseconds: small,
});

export const anyCompareReport: fc.Arbitrary<CompareReport> = fc.record({
  version: fc.constant(1 as const),
  a: text,
  b: text,
  verdict: fc.constantFrom('identical', 'equal-after-ignoring', 'differs', 'undecided'),
  difference: maybe(anyDifference),
  rootCauses: fc.array(
    fc.record({
      place: texts(4),
      causes: fc.array(cause, { maxLength: 3 }),
      explains: fc.array(texts(3), { maxLength: 3 }),
      alone: fc.array(texts(3), { maxLength: 3 }),
      also: fc.array(texts(3), { maxLength: 2 }),
      assumed: fc.array(texts(3), { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  ignored: fc.array(fc.record({ normaliser: text, hid: small }), { maxLength: 3 }),
  hidden: fc.array(fc.record({ normaliser: text, place: texts(3), detail: text }), {
    maxLength: 3,
  }),
  unexamined: fc.array(unexamined, { maxLength: 3 }),
  totals: fc.record({
    ...{ files: small, bytes: size, milliseconds: small },
    ...{ differing: small, differingDirectories: small },
  }),
  deep: fc.array(fc.record({ place: texts(3), file: text }), { maxLength: 3 }),
});
