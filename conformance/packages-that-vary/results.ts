// results.json: what reprotest and check said, which the page is made of.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse } from 'yaml';
import { z } from 'zod';

const findingSchema = z.strictObject({
  cause: z.string(),
  kind: z.string(),
  certainty: z.string(),
  /** Inside of the artifact, outermost first. */
  place: z.array(z.string()),
  a: z.string(),
  b: z.string(),
  remedy: z.string(),
  consequence: z.boolean(),
});

const checkSchema = z.strictObject({
  verdict: z.string(),
  builds: z.number(),
  seconds: z.number(),
  budgetSpent: z.boolean(),
  artifacts: z.array(
    z.strictObject({
      path: z.string(),
      /** As a person reads it: `build path`, `always`, … */
      differsWith: z.string(),
      vanishesAt: z.string().optional(),
      consequenceOf: z.array(z.string()),
      /** Causes that are none of their consequences; where there are none, the consequences. At most twelve. */
      findings: z.array(findingSchema),
      moreFindings: z.number(),
    }),
  ),
  /** Conditions under which the build fails, with the reason. */
  failures: z.array(z.strictObject({ with: z.string(), why: z.string() })),
});

const reprotestSchema = z.strictObject({
  /** Binary packages that differ from the control build, by what was varied; experiments that could be made only. */
  differing: z.record(z.string(), z.array(z.string())),
  /** Experiments whose build failed. */
  failed: z.array(z.string()),
  seconds: z.number(),
  /** Where diffoscope's report leads to first, and the first line of each side there. */
  diffoscope: z.array(z.string()),
});

const resultSchema = z.strictObject({
  version: z.string(),
  /** What it makes. */
  binaries: z.array(z.string()),
  outcome: z.enum(['varies', 'same', 'build-fails']),
  reprotest: reprotestSchema.optional(),
  check: checkSchema.optional(),
});

export type Result = z.infer<typeof resultSchema>;
export type Checked = z.infer<typeof checkSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Reprotested = z.infer<typeof reprotestSchema>;
export type Results = Readonly<Record<string, Result>>;

/** The results of before; none when the file does not exist. */
export async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  return z.record(z.string(), resultSchema).parse(JSON.parse(text));
}

export async function writeResults(path: string, results: Results): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(
    path,
    await format(JSON.stringify(sorted, undefined, 2), { parser: 'json', printWidth: 100 }),
  );
}

const here = import.meta.dirname;
export const resultsPath = join(here, 'results.json');
export const pagePath = join(here, '../../docs/packages-that-vary.md');

/** What was seen when answers were compared, by package. */
export async function readNotes(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(here, 'notes.yaml'), 'utf8');
  return z.record(z.string(), z.string()).parse(parse(text));
}
