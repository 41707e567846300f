// results.json: what was found, which the page is made of.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const pairSchema = z.strictObject({
  /** Undefined where a build failed. */
  equal: z.boolean().optional(),
  files: z.number(),
  /** At most ten. */
  differing: z.array(z.string()),
  /** Of the first and of the second build; in order. */
  seconds: z.array(z.number()),
  /** The same, of the processors, with selfsame itself. */
  processorSeconds: z.array(z.number()),
  /** Of the processors, the build alone; natively only: a virtual clock does not tell. */
  buildSeconds: z.array(z.number()).optional(),
  /** Why a build failed. */
  failure: z.string().optional(),
});

const resultSchema = z.strictObject({
  native: pairSchema.optional(),
  virtual: pairSchema.optional(),
  /** Results counted in all four builds; undefined: it has no tests that were run. */
  tests: z.strictObject({ equal: z.boolean(), results: z.number() }).optional(),
});

const resultsSchema = z.record(z.string(), resultSchema);

export type Pair = z.infer<typeof pairSchema>;
export type Result = z.infer<typeof resultSchema>;
export type Results = z.infer<typeof resultsSchema>;

/** The results of before; none when the file does not exist. */
export async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  return resultsSchema.parse(JSON.parse(text));
}

export async function writeResults(path: string, results: Results): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(path, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
