import type { BuildDefinition } from './definition.js';

/** One field in which two definitions differ; undefined: not there. */
export interface Difference {
  /** Path in the document: `inputs.source.digest`, `sandbox.cpus`. */
  readonly field: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** The order in which people read a definition; canonical JSON has another. */
const fieldOrder = [
  'type',
  'project',
  'version',
  'target',
  'inputs',
  'needs',
  'environment',
  'steps',
  'outputs',
  'sandbox',
] as const satisfies readonly (keyof BuildDefinition)[];

/**
 * Every field of a definition by its path. Lists of named things (steps, inputs, needs) are addressed
 * by name, so that an insertion shows as one difference. Fields that this version does not know are
 * there too, at the end, so that two documents with different ids never look the same.
 */
export function flattenDefinition(definition: BuildDefinition): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const put = (path: string, text: string): void => {
    // Two things of one list may have one name: the second gets a place of its own.
    let place = path;
    for (let count = 2; fields.has(place); count += 1) place = `${path} (${count})`;
    fields.set(place, text);
  };
  const visit = (path: string, value: unknown): void => {
    if (Array.isArray(value)) {
      if (value.length === 0) put(path, '(none)');
      value.forEach((item: unknown, index) => visit(`${path}.${nameOf(item) ?? index}`, item));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, field] of Object.entries(value))
        if (key !== 'name' || typeof field !== 'string' || path === 'sandbox.user')
          visit(path === '' ? key : `${path}.${key}`, field);
    } else {
      put(path, value === null ? '(none)' : String(value));
    }
  };
  for (const top of fieldOrder) if (Object.hasOwn(definition, top)) visit(top, definition[top]);
  const known = new Set<string>(fieldOrder);
  for (const [key, value] of Object.entries(definition)) if (!known.has(key)) visit(key, value);
  if (Array.isArray(definition.steps))
    fields.set(
      'steps order',
      definition.steps.map((step, index) => nameOf(step) ?? index).join(', '),
    );
  return fields;
}

/** The fields in which two definitions differ, in the order of the first, then of the second. */
export function compareDefinitions(a: BuildDefinition, b: BuildDefinition): readonly Difference[] {
  const left = flattenDefinition(a);
  const right = flattenDefinition(b);
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((field) => ({ field, a: left.get(field), b: right.get(field) }))
    .filter((difference) => difference.a !== difference.b);
}

function nameOf(item: unknown): string | undefined {
  const name: unknown =
    typeof item === 'object' && item !== null
      ? (item as Record<string, unknown>)['name']
      : undefined;
  return typeof name === 'string' ? name : undefined;
}
