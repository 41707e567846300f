import { z } from 'zod';
import { inputKindNames, inputSchema } from '../inputs/schema.js';
import { sourceNames } from '../sandbox/determinizer/sources.js';
import type { SourceName } from '../sandbox/determinizer/sources.js';
import { withExpressions } from './expression-schema.js';
import {
  architectureSchema,
  componentSchema,
  nameSchema,
  packageSchema,
  suiteSchema,
  variableNameSchema,
} from './names.js';
import { durationSchema, sizeSchema } from './quantities.js';
import { says } from '../util/yaml/validate.js';

/** A text in which expressions are expanded. */
const template = z.string().max(256 * 1024, says('must have at most 262144 characters'));

const packages = z
  .array(withExpressions(packageSchema))
  .max(5000)
  .describe('Names of packages, optionally with a version (name=version).');

/** A mapping from names, with a bound on how many. */
function named<Key extends typeof nameSchema, Value extends z.ZodType>(
  key: Key,
  value: Value,
  most: number,
): z.ZodRecord<Key, Value> {
  return z
    .record(key, value)
    .refine(
      (entries) => Object.keys(entries).length <= most,
      says(`must have at most ${most} entries`),
    );
}

/** An environment as it is written: in `environments:` of selfsame.yaml, or in a recipe. */
export const environmentSchema = z
  .strictObject({
    debian: suiteSchema.describe('Code name of the Debian release, for example trixie.'),
    architecture: architectureSchema.optional().describe('Debian architecture; default amd64.'),
    components: z.array(componentSchema).min(1).max(16).optional().describe('Default [main].'),
    extraSuites: z
      .array(suiteSchema)
      .max(16)
      .optional()
      .describe('Further suites of the same archive, for example trixie-updates.'),
    packages: packages.optional(),
  })
  .describe('The distribution and packages a build runs in.');

const environmentReference = z.union([
  nameSchema.describe('Name of an environment of selfsame.yaml.'),
  environmentSchema,
]);

const levelSchema = z
  .enum(['none', 'fixed', 'virtual', 'machine'])
  .describe('How much of the world is made constant; default fixed.');

const sourceModeSchema = z.enum(['real', 'fixed']).optional();

const sourcesSchema = z
  .strictObject(
    Object.fromEntries(sourceNames.map((name) => [name, sourceModeSchema])) as Record<
      SourceName,
      typeof sourceModeSchema
    >,
  )
  .describe('What programs see as the machine has it (real), and what is constant (fixed).');

export const determinismSchema = z.union([
  levelSchema,
  z
    .strictObject({
      level: z.literal('virtual').describe('Only this level has sources to choose from.'),
      sources: sourcesSchema,
    })
    .describe('Level virtual, but for some sources of non-determinism.'),
]);

/** Bounds on every step. Nothing is unlimited: what a recipe leaves out has a default. */
export const limitsSchema = z
  .strictObject({
    time: durationSchema('1s', '14d').optional().describe('Wall time of each step; default 1h.'),
    memory: sizeSchema('16M', '64T').optional().describe('Memory of each step; default 4G.'),
    processes: z.int().min(1).max(4_194_304).optional().describe('Default 4096.'),
    disk: sizeSchema('1M', '64T').optional().describe('What a build may write; default 20G.'),
    output: sizeSchema('1K', '64G').optional().describe('What a step may print; default 64M.'),
  })
  .describe('Bounds on the build. They never influence its result.');

export const variablesSchema = named(variableNameSchema, template, 1000).describe(
  'Texts for use in expressions as ${{ variables.NAME }}.',
);

const outputs = z
  .array(template.min(1, says('must not be empty')))
  .min(1, says('must have at least one pattern'))
  .max(1000)
  .describe('Patterns of files below /build/out; each must match at least one.');

export const shownSchemas = {
  cpus: z.int().min(1).max(1024).optional().describe('CPUs the build is told it has; default 4.'),
  memoryShown: sizeSchema('64M', '64T')
    .optional()
    .describe('Memory the build is told there is; default 8G.'),
};

const only = z
  .array(nameSchema)
  .min(1)
  .max(1000)
  .optional()
  .describe('Names of the targets this is for; default: all.');

export const targetSchema = z
  .strictObject({
    variables: variablesSchema.optional(),
    environment: environmentReference.optional(),
    packages: packages.optional(),
    outputs: outputs.optional(),
    determinism: determinismSchema.optional(),
    limits: limitsSchema.optional(),
    ...shownSchemas,
  })
  .describe('What is different for this target.');

const inputEntrySchema = (withExpressions(inputSchema) as z.ZodObject).extend({ only }).meta({
  description: 'One pinned source: exactly one of file, url, git, debian-source, npm.',
  oneOf: inputKindNames.map((kind) => ({ required: [kind] })),
});

const needSchema = z.union([
  nameSchema.describe('Name of the project whose artifacts are needed.'),
  z.strictObject({
    project: nameSchema,
    target: nameSchema
      .optional()
      .describe('Default: the target being built if that project has it, else its target default.'),
    as: nameSchema.optional().describe('Name in /build/needs; default: the project.'),
    only,
  }),
]);

const stepSchema = z
  .strictObject({
    name: nameSchema.optional().describe('Default: step-1, step-2 …'),
    run: template.min(1, says('must not be empty')).optional().describe('The script itself.'),
    script: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe('A file beside the recipe that holds the script.'),
    shell: z
      .enum(['sh', 'bash'])
      .optional()
      .describe('Default sh (run with -eu); bash is run with -euo pipefail.'),
    only,
  })
  .refine((step) => (step.run === undefined) !== (step.script === undefined), {
    message: says('must have either run or script'),
  })
  .meta({ oneOf: [{ required: ['run'] }, { required: ['script'] }] });

export const recipeSchema = z
  .strictObject({
    name: nameSchema.describe('The project: the name of the directory of its recipe.'),
    version: template.min(1, says('must not be empty')).describe('Version of what is built.'),
    description: z.string().max(1000).optional(),
    environment: environmentReference
      .optional()
      .describe('Default: defaults.environment of selfsame.yaml, or the environment default.'),
    packages: packages.optional().describe('Packages beyond those of the environment.'),
    variables: variablesSchema.optional(),
    targets: named(nameSchema, z.union([targetSchema, z.null()]), 256)
      .refine((targets) => Object.keys(targets).length > 0, says('must have at least one target'))
      .optional()
      .describe('Variants of the build; default: one named default.'),
    inputs: named(nameSchema, inputEntrySchema, 1000).optional(),
    needs: z.array(needSchema).max(10_000).optional().describe("Other projects' artifacts."),
    steps: z.array(stepSchema).min(1).max(1000),
    outputs,
    limits: limitsSchema.optional(),
    determinism: determinismSchema.optional(),
    ...shownSchemas,
    sourceDateEpoch: z
      .int()
      .min(0)
      .max(253_402_300_799)
      .optional()
      .describe(
        "SOURCE_DATE_EPOCH, seconds since 1970; default: the newest date of the inputs' own.",
      ),
  })
  .describe('A recipe of selfsame.');

export type DeterminismData = z.output<typeof determinismSchema>;
export type RecipeData = z.output<typeof recipeSchema>;
export type TargetData = z.output<typeof targetSchema>;
export type EnvironmentData = z.output<typeof environmentSchema>;
export type LimitsData = z.output<typeof limitsSchema>;
export type StepData = z.output<typeof stepSchema>;
