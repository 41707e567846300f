import { recipeSchema } from '../recipe/schema.js';
import { determinizerConfigurationSchema } from '../sandbox/determinizer/configuration.js';
import { settingsSchema } from '../settings/schema.js';
import { publishedSchema } from '../util/yaml/json-schema.js';
import { workspaceSchema } from './schema.js';

/** The files that have a JSON Schema. */
export const schemaNames = ['recipe', 'workspace', 'settings', 'determinizer'] as const;

export type SchemaName = (typeof schemaNames)[number];

/** The JSON Schema (draft 2020-12) of a kind of file. */
export function jsonSchemaOf(name: SchemaName): Record<string, unknown> {
  switch (name) {
    case 'recipe':
      return publishedSchema(recipeSchema, 'recipe.yaml of selfsame');
    case 'workspace':
      return publishedSchema(workspaceSchema, 'selfsame.yaml');
    case 'settings':
      return publishedSchema(settingsSchema, 'settings.yaml of selfsame');
    case 'determinizer':
      return publishedSchema(
        determinizerConfigurationSchema,
        'configuration of selfsame-determinizer',
      );
  }
}
