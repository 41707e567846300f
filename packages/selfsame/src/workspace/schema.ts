import { z } from 'zod';
import { nameSchema } from '../recipe/names.js';
import {
  determinismSchema,
  environmentSchema,
  limitsSchema,
  recipeSchema,
  shownSchemas,
  variablesSchema,
} from '../recipe/schema.js';
import { says } from '../util/yaml/validate.js';

const defaultsSchema = z
  .strictObject({
    environment: nameSchema.optional().describe('Name of an environment of this file.'),
    variables: variablesSchema.optional(),
    determinism: determinismSchema.optional(),
    limits: limitsSchema.optional(),
    ...shownSchemas,
  })
  .describe('What recipes that say nothing else get.');

/** `selfsame.yaml`. */
export const workspaceSchema = z
  .strictObject({
    version: z.literal(1).optional().describe('Version of this format; default 1.'),
    environments: z.record(nameSchema, environmentSchema).optional(),
    defaults: defaultsSchema.optional(),
    projects: z
      .string()
      .max(1024)
      .regex(
        /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\\p{Cc}]+(?:\/[^/\\\p{Cc}]+)*$/u,
        says('must be a directory below this file, for example projects'),
      )
      .optional()
      .describe('Directory of NAME/recipe.yaml; default projects.'),
    project: recipeSchema.optional().describe('The only project, instead of a directory of them.'),
  })
  .describe('A workspace of selfsame.');

export type WorkspaceData = z.output<typeof workspaceSchema>;
export type DefaultsData = z.output<typeof defaultsSchema>;
