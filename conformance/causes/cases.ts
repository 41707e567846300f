// The cases: what each project's folder says in its case.json.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { causeNames } from '../../packages/selfsame/src/compare/types.js';

/** Sets of variations, each of which alone makes it differ; `always`: with nothing varied; `none`: never. */
const conditionSchema = z.union([
  z.literal('always'),
  z.literal('none'),
  z.array(z.array(z.string()).min(1)).min(1),
]);

const artifactSchema = z.strictObject({
  condition: conditionSchema,
  /** One of these must be among the causes that are found; with `everyCause` each of them. */
  cause: z.array(z.enum(causeNames)).optional(),
  everyCause: z.boolean().optional(),
  /** Regular expression, without case, that the kind of such a finding matches. */
  kind: z.string().optional(),
  /** The same of its remedy. */
  remedyMentions: z.string().optional(),
  /** First level at which it cannot differ. */
  vanishesAt: z.enum(['fixed', 'virtual']).optional(),
  /** Names that the place of such a finding must have, in this order: the chain of containers. */
  place: z.array(z.string()).optional(),
  /** Artifacts that it differs because of. */
  consequenceOf: z.array(z.string()).optional(),
  /** Variations (or `always`) that may make it differ too, depending on the machine and its programs. */
  mayAlso: z.union([z.literal('any'), z.array(z.string())]).optional(),
});

const caseSchema = z.strictObject({
  language: z.string(),
  command: z.array(z.string()).min(1),
  /** More options for `check`: for variations that it only makes when asked. */
  options: z.array(z.string()).optional(),
  /** Programs without which the case is left out. */
  needs: z.array(z.string()),
  /** By path, in which `*` stands for any characters but `/`. Those that are not named are not judged. */
  artifacts: z.record(z.string(), artifactSchema),
  /** Sets of variations under which the command itself fails. */
  fails: z.array(z.array(z.string()).min(1)).optional(),
});

export type ExpectedArtifact = z.infer<typeof artifactSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type Case = z.infer<typeof caseSchema> & {
  readonly name: string;
  readonly directory: string;
};

export const projectsDirectory = join(import.meta.dirname, 'projects');

/** All cases, or those with these names, sorted by name. */
export async function readCases(names: readonly string[] = []): Promise<readonly Case[]> {
  const all = (await readdir(projectsDirectory)).sort();
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such project: ${unknown.join(', ')}`);
  return Promise.all(
    all
      .filter((name) => names.length === 0 || names.includes(name))
      .map(async (name) => {
        const directory = join(projectsDirectory, name);
        const text = await readFile(join(directory, 'case.json'), 'utf8');
        return { ...caseSchema.parse(JSON.parse(text)), name, directory };
      }),
  );
}

/** Whether a path is meant by a key of `artifacts`. */
export function pathMatches(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/gu, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`, 'u').test(path);
}
