import { z } from 'zod';

/**
 * The JSON Schema (draft 2020-12) of what a person may write, for editors and other programs. Checks
 * that JSON Schema cannot express are left out: a file it refuses is wrong, one it accepts may still be.
 */
export function publishedSchema(schema: z.ZodType, title: string): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, title, ...rest };
}
