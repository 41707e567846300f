import { z } from 'zod';
import { causeNames } from '../../compare/types.js';
import { publishedSchema } from '../../util/yaml/json-schema.js';

// The JSON of reports, for scripts. Objects are loose: later versions may add fields, never take one away.

const natural = z.int().nonnegative();
const place = z
  .array(z.string())
  .describe('Names from the outermost artifact inwards. Untrusted text.');
const cause = z.enum(causeNames);
const level = z
  .enum(['fixed', 'virtual'])
  .describe('Level of determinism at which it came, or would come, out the same.');
const hexadecimal = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Seconds since 1970; archives hold any number. */
const seconds = z.number();

export const findingSchema = z
  .looseObject({
    cause,
    kind: z.string().describe('Which kind of the cause, for example `gzip header`.'),
    certainty: z.enum(['certain', 'likely', 'possible']),
    place,
    offsetA: natural.optional().describe('Bytes, in the innermost content.'),
    offsetB: natural.optional(),
    a: z.string().describe('The value in A as a person reads it. Untrusted text.'),
    b: z.string(),
    remedy: z.string(),
    consequence: z.boolean().describe('Follows from another difference: nothing to fix here.'),
    more: natural.describe('Differences of the same kind at this place beyond this one.'),
  })
  .meta({ id: 'finding' });

const unexamined = z
  .looseObject({
    place,
    reason: z.enum([
      'too-deep',
      'too-large',
      'out-of-time',
      'damaged',
      'encrypted',
      'unsupported',
      'unreadable',
      'tool-missing',
      'too-many-differences',
    ]),
    detail: z.string(),
    side: z.enum(['a', 'b', 'both']).optional(),
  })
  .meta({ id: 'unexamined' });

const field = z.looseObject({
  name: z.string(),
  kind: z.string().describe('time, owner, mode, name, link, size, checksum, … or other'),
  a: z.string().optional(),
  b: z.string().optional(),
  secondsA: seconds.optional(),
  secondsB: seconds.optional(),
  offsetA: natural.optional(),
  offsetB: natural.optional(),
});

const range = z.looseObject({
  offsetA: natural,
  offsetB: natural,
  lengthA: natural,
  lengthB: natural,
  sampleA: hexadecimal.describe('Bytes from sampleOffsetA on, a little before the range.'),
  sampleB: hexadecimal,
  sampleOffsetA: natural,
  sampleOffsetB: natural,
});

export const differenceSchema = z
  .looseObject({
    name: z.string(),
    nameInB: z.string().optional(),
    presence: z.enum(['both', 'only-a', 'only-b']),
    format: z.string().optional(),
    types: z.tuple([z.string(), z.string()]).optional(),
    sizeA: natural.optional(),
    sizeB: natural.optional(),
    sha256A: sha256.optional(),
    sha256B: sha256.optional(),
    fields: z.array(field),
    order: z.looseObject({ first: z.string(), firstInB: z.string(), moved: natural }).optional(),
    ranges: z.array(range),
    moreRanges: natural,
    textDiff: z.string().optional().describe('Unified form without its header.'),
    follows: z.string().optional().describe('From what it follows, in words: nothing of its own.'),
    findings: z.array(findingSchema),
    get children() {
      return z.array(differenceSchema);
    },
    unexamined: z.array(unexamined),
  })
  .meta({ id: 'difference' });

export const compareReportSchema = z.looseObject({
  version: z.literal(1),
  a: z.string(),
  b: z.string(),
  verdict: z.enum(['identical', 'equal-after-ignoring', 'differs', 'undecided']),
  difference: differenceSchema.optional(),
  rootCauses: z.array(
    z.looseObject({
      place,
      causes: z.array(cause),
      explains: z.array(place),
      alone: z.array(place),
      also: z.array(place),
      assumed: z.array(place),
    }),
  ),
  ignored: z.array(z.looseObject({ normaliser: z.string(), hid: natural })),
  hidden: z.array(z.looseObject({ normaliser: z.string(), place, detail: z.string() })),
  unexamined: z.array(unexamined),
  totals: z.looseObject({
    files: natural,
    bytes: natural,
    differing: natural,
    differingDirectories: natural,
    milliseconds: z.number().nonnegative(),
  }),
  deep: z.array(z.looseObject({ place, file: z.string() })),
  lists: z.boolean().optional(),
  notes: z.array(z.string()).optional(),
});

const dependence = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('always'), why: z.string() }),
    z.looseObject({
      type: z.literal('with'),
      sets: z.array(z.array(z.string())).describe('Minimal sets of names of variations.'),
      incomplete: z.literal(true).optional(),
    }),
    z.looseObject({ type: z.literal('sometimes'), differed: natural, builds: natural }),
    z.looseObject({
      type: z.literal('unsearched'),
      candidates: z.array(z.string()),
      quick: z.literal(true).optional(),
    }),
  ])
  .meta({ id: 'dependence' });

const writer = z.looseObject({
  executable: z.string(),
  arguments: z.array(z.string()),
  directory: z.string(),
  sources: z.record(z.string(), natural),
});

export const checkReportSchema = z.looseObject({
  version: z.literal(1),
  subject: z.string(),
  directory: z.string(),
  level: z
    .enum(['none', 'fixed', 'virtual'])
    .optional()
    .describe('Of the recipe that was checked; not there: a command was.'),
  verdict: z.enum([
    'reproducible',
    'differs',
    'fails-when-varied',
    'does-not-build',
    'no-artifacts',
  ]),
  variations: z.array(
    z.looseObject({
      name: z.string(),
      title: z.string(),
      status: z.enum(['used', 'skipped', 'left-out']),
      why: z.string().optional(),
      a: z.string().optional(),
      b: z.string().optional(),
      neverAsked: z.boolean(),
      needs: z.string(),
    }),
  ),
  builds: z.array(
    z.looseObject({
      id: z.string(),
      varied: z.array(z.string()),
      outcome: z.discriminatedUnion('type', [
        z.looseObject({ type: z.literal('built') }),
        z.looseObject({
          type: z.literal('failed'),
          why: z.string(),
          lastLines: z.array(z.string()),
        }),
      ]),
      milliseconds: z.number().nonnegative(),
      notes: z.array(z.string()),
    }),
  ),
  artifacts: z.array(
    z.looseObject({
      path: z.string(),
      status: z.enum(['identical', 'differs']),
      dependence: dependence.optional(),
      matrix: z
        .record(z.string(), z.boolean())
        .describe('Whether each variation made it differ; not there: not known.'),
      difference: differenceSchema.optional(),
      builds: z.tuple([z.string(), z.string()]).optional(),
      causes: z.array(cause),
      consequenceOf: z.array(z.string()),
      vanishesAt: level.optional(),
      writers: z.array(writer),
    }),
  ),
  identical: natural,
  failures: z.array(z.looseObject({ dependence, why: z.string(), lastLines: z.array(z.string()) })),
  budgetSpent: z.boolean(),
  notCovered: z.array(z.string()),
  wroteOutside: z.array(z.string()),
  milliseconds: z.number().nonnegative(),
});

export const reportSchemaNames = ['check-report', 'compare-report'] as const;

export type ReportSchemaName = (typeof reportSchemaNames)[number];

/** The JSON Schema (draft 2020-12) of what `--json` gives as the `data` of its last line. */
export function reportSchema(name: ReportSchemaName): Record<string, unknown> {
  return name === 'check-report'
    ? publishedSchema(checkReportSchema, 'data of selfsame check --json')
    : publishedSchema(compareReportSchema, 'data of selfsame compare --json');
}
