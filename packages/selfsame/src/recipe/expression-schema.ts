import { z } from 'zod';
import { onlyExpressions } from '../util/yaml/explain-issue.js';

const expressionSchema = z.string().regex(/\$\{\{/, onlyExpressions);

/**
 * The same shape as `schema`, where every text may also be one with expressions (`${{ … }}`): what a
 * recipe may say before expansion. Checks of whole mappings and lists are left to `schema` itself, which
 * is applied to the expanded value.
 */
export function withExpressions(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape);
    return z.strictObject(
      Object.fromEntries(shape.map(([key, part]) => [key, withExpressions(part)])),
    );
  }
  if (schema instanceof z.ZodOptional) return withExpressions(schema.unwrap()).optional();
  if (schema instanceof z.ZodDefault) return withExpressions(schema.unwrap()).optional();
  if (schema instanceof z.ZodArray) {
    return z.array(withExpressions(schema.element)).max(1000);
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) {
    return z.union([expressionSchema, schema]);
  }
  return schema as z.ZodType;
}
