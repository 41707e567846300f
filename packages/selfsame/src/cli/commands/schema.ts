import type { Command } from '../command.js';

/** Kept here so that help needs no schema: those of workspace/published-schemas.ts, policies, and reports. */
const names = [
  'recipe',
  'workspace',
  'settings',
  'policy',
  'determinizer',
  'check-report',
  'compare-report',
] as const;

export const schemaCommand: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a file you write, or of a report',
  description:
    'Prints the JSON Schema of recipe.yaml, selfsame.yaml (workspace), settings.yaml or policy.yaml, of the JSON ' +
    'that selfsame-determinizer is configured by, or of what check and compare report with --json, for editors and other programs. With the YAML language server, name the file in a first line such as ' +
    '# yaml-language-server: $schema=recipe.schema.json',
  arguments: [{ syntax: '[file]', description: `${names.join(', ')} (default: recipe)` }],
  options: [],
  examples: [
    {
      command: 'selfsame schema recipe > recipe.schema.json',
      does: 'save the schema for an editor',
    },
    { command: 'selfsame schema workspace', does: 'print the schema of selfsame.yaml' },
  ],
  async run(args) {
    const [asked = 'recipe'] = args;
    const name = names.find((each) => each === asked);
    if (name === undefined) {
      const { SelfsameError } = await import('../../errors/selfsame-error.js');
      const { didYouMean } = await import('../../util/did-you-mean.js');
      throw new SelfsameError('WRONG_USE', `there is no schema "${asked}"`, {
        hint: didYouMean(asked, names) ?? `schemas are: ${names.join(', ')}`,
      });
    }
    const schema = await schemaOf(name);
    return { exitCode: 0, data: schema, text: JSON.stringify(schema, null, 2).split('\n') };
  },
};

async function schemaOf(name: (typeof names)[number]): Promise<Record<string, unknown>> {
  if (name === 'policy') {
    const { policySchema } = await import('../../record/policy-schema.js');
    return policySchema();
  }
  if (name === 'check-report' || name === 'compare-report') {
    const { reportSchema } = await import('../../report/json/schemas.js');
    return reportSchema(name);
  }
  const { jsonSchemaOf } = await import('../../workspace/published-schemas.js');
  return jsonSchemaOf(name);
}
