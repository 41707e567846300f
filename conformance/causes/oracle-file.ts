// oracle.json: what reprotest and diffoscope said about each project.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const answerSchema = z.strictObject({
  /** Artifacts that differ between two builds without any variation. */
  unvaried: z.array(z.string()),
  /** By variation: artifacts that differ from the control. Left out where none does. */
  variations: z.record(z.string(), z.array(z.string())),
  /** Variations under which the build failed. */
  failed: z.array(z.string()),
  /** In a line, what diffoscope shows first. */
  diffoscope: z.string().optional(),
});

const oracleSchema = z.object({ projects: z.record(z.string(), answerSchema) });

export type OracleAnswer = z.infer<typeof answerSchema>;

export const oraclePath = join(import.meta.dirname, 'oracle.json');

/** What was recorded; nothing when there is no file yet. */
export async function readOracle(): Promise<z.infer<typeof oracleSchema>> {
  if (!existsSync(oraclePath)) return { projects: {} };
  return oracleSchema.parse(JSON.parse(await readFile(oraclePath, 'utf8')));
}
