import type { z } from 'zod';
import { SelfsameErrors } from '../../errors/selfsame-error.js';
import type { SelfsameError } from '../../errors/selfsame-error.js';
import { explainIssue } from './explain-issue.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** The most complaints about one file: more would not be read. */
const mostErrorsPerFile = 50;

/**
 * What a schema's own check says: a predicate ("must be …", the key's name is put before it) and,
 * where there is one, the hint. `z.string().regex(form, says('must be lower-case', 'write it small'))`.
 */
export function says(predicate: string, hint?: string): string {
  return hint === undefined ? predicate : `${predicate}\n${hint}`;
}

/**
 * Checks a YAML file's value with a schema.
 *
 * @returns the schema's output
 * @throws SelfsameErrors with every issue at its place: UNKNOWN_KEY, MISSING_KEY, INVALID_VALUE
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  yaml: YamlFile,
): z.output<Schema> {
  const result = check(schema, yaml);
  if (result.ok) return result.value;
  throw new SelfsameErrors(result.errors);
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly [SelfsameError, ...SelfsameError[]] };

/**
 * As `validate`, with the complaints as a value. `part` checks one value of the file instead of all of
 * it: what stands at `at`, or what became of it after expressions were expanded.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  yaml: YamlFile,
  part: { readonly at: YamlPath; readonly value: unknown } = { at: [], value: yaml.value },
): Checked<z.output<Schema>> {
  // The keys a mapping may have are known to the schema that complains, and to nobody later.
  const allowedKeys = new WeakMap<object, readonly string[]>();
  const parsed = schema.safeParse(part.value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') {
        const shape = (issue.inst as { shape?: object } | undefined)?.shape;
        if (shape !== undefined) allowedKeys.set(issue.keys, Object.keys(shape));
      }
      return undefined;
    },
  });
  if (parsed.success) return { ok: true, value: parsed.data };
  const subject = { yaml, at: part.at, value: part.value, allowedKeys };
  const errors = parsed.error.issues
    .flatMap((issue) => explainIssue(issue, [], subject))
    .sort(byPlace)
    .slice(0, mostErrorsPerFile);
  const [first, ...rest] = errors;
  if (first === undefined) throw new TypeError('a schema failed without an issue');
  return { ok: false, errors: [first, ...rest] };
}

function byPlace(a: SelfsameError, b: SelfsameError): number {
  const [p, q] = [a.location, b.location];
  if (p === undefined || q === undefined) return 0;
  return p.line - q.line || p.column - q.column;
}
