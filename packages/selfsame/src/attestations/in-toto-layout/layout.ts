import {
  parseTime,
  type FieldPath,
  type JsonObject,
  type JsonValue,
  type PosixTime,
} from '@selfsame/verify';
import { parseStrings, read } from './fields.js';
import { parseInTotoKey, type InTotoKey } from './layout-key.js';
import { parseRule, type Rule } from './rules.js';

interface Item {
  readonly name: string;
  readonly materials: readonly Rule[];
  readonly products: readonly Rule[];
}

/** A step that links are evidence of (in-toto specification 1.0 §4.3.1). */
export interface Step extends Item {
  /** How many different keys must say the same. At least 1. */
  readonly threshold: number;
  /** Names of keys or subkeys of the layout. */
  readonly keyIds: readonly string[];
  /** What should have been run; only ever compared and shown. */
  readonly command: readonly string[];
}

/** A command to be run by who verifies (§4.3.2). It is read, shown, and never run. */
export interface Inspection extends Item {
  readonly run: readonly string[];
}

/** Who does what, with which results (§4.3). */
export interface Layout {
  readonly expires: PosixTime;
  readonly readme: string;
  readonly keys: readonly InTotoKey[];
  readonly steps: readonly Step[];
  readonly inspections: readonly Inspection[];
}

const layoutLimits = { steps: 256, keys: 1024, rules: 1024 } as const;

/**
 * Reads the `signed` part of a layout. Stricter than in-toto: all fields must be there and no other, a threshold
 * is at least 1 and can be met, names are used once, and no key is there twice under two names.
 * Throws `METABLOCK_INVALID`, `KEY_INVALID`, `HEX_INVALID` or `LIMIT_EXCEEDED`.
 */
export function parseLayout(signed: JsonObject): Layout {
  if (signed['_type'] !== 'layout') read.fail('not a layout', ['_type']);
  read.object(signed, [], ['_type', 'expires', 'readme', 'keys', 'steps', 'inspect']);
  const expires = parseTime(signed['expires']);
  // in-toto knows no days without a time.
  if (expires === undefined || String(signed['expires']).length !== 20)
    read.fail('not a time like 2027-03-01T12:00:00Z', ['expires']);
  const entries = Object.entries(read.record(signed['keys'], ['keys']));
  if (entries.length > layoutLimits.keys) read.fail('too many keys', ['keys'], 'LIMIT_EXCEEDED');
  const keys = entries.map(([id, key]) => parseInTotoKey(key, id, ['keys', id]));
  const all = keys.flatMap((key) => [key, ...key.subkeys]);
  checkUnique(
    all.map(({ id }) => id),
    'a key name',
    ['keys'],
  );
  checkUnique(
    all.map(({ key }) => key.id),
    'a key',
    ['keys'],
  );
  const known = new Set(all.map(({ id }) => id));
  const { steps: maxSteps } = layoutLimits;
  const steps = read
    .array(signed['steps'], ['steps'], maxSteps)
    .map((step, at) => parseStep(step, ['steps', at], known));
  const inspections = read
    .array(signed['inspect'], ['inspect'], maxSteps)
    .map((inspection, at) => parseInspection(inspection, ['inspect', at]));
  checkUnique(
    [...steps, ...inspections].map(({ name }) => name),
    'a name',
    ['steps'],
  );
  return { expires, readme: read.string(signed['readme'], ['readme']), keys, steps, inspections };
}

/** What `layoutDocument` writes: rules as lists of words, keys as key objects with their names. */
export interface LayoutDraft {
  readonly expires: PosixTime;
  readonly readme?: string;
  readonly keys: readonly (JsonObject & { readonly keyid: string })[];
  readonly steps: readonly (DraftRules & Pick<Step, 'threshold' | 'keyIds'>)[];
  readonly inspections?: readonly (DraftRules & Pick<Inspection, 'run'>)[];
}

interface DraftRules {
  readonly name: string;
  readonly materials: readonly (readonly string[])[];
  readonly products: readonly (readonly string[])[];
}

/** The `signed` part of a layout, in a form that stock in-toto reads. Throws what `parseLayout` throws. */
export function layoutDocument(draft: LayoutDraft): JsonObject {
  const item = (type: string, { name, materials, products }: DraftRules): JsonObject => ({
    _type: type,
    name,
    expected_materials: materials,
    expected_products: products,
  });
  const signed = {
    _type: 'layout',
    expires: new Date(draft.expires * 1000).toISOString().replace('.000Z', 'Z'),
    readme: draft.readme ?? '',
    keys: Object.fromEntries(draft.keys.map((key) => [key.keyid, key])),
    steps: draft.steps.map((step) => ({
      ...item('step', step),
      threshold: step.threshold,
      pubkeys: step.keyIds,
      expected_command: [],
    })),
    inspect: (draft.inspections ?? []).map((inspection) => ({
      ...item('inspection', inspection),
      run: inspection.run,
    })),
  };
  parseLayout(signed);
  return signed;
}

function parseStep(value: JsonValue, path: FieldPath, known: ReadonlySet<string>): Step {
  const step = parseItem(value, path, 'step', ['threshold', 'pubkeys', 'expected_command']);
  const keyIds = parseStrings(step['pubkeys'], [...path, 'pubkeys']);
  checkUnique(keyIds, 'a key', [...path, 'pubkeys']);
  for (const id of keyIds) {
    if (!known.has(id)) read.fail('a key that the layout does not hold', [...path, 'pubkeys']);
  }
  const threshold = read.count(step['threshold'], [...path, 'threshold']);
  if (threshold < 1 || threshold > keyIds.length) {
    read.fail(`not between 1 and the ${keyIds.length} keys of the step`, [...path, 'threshold']);
  }
  const command = parseStrings(step['expected_command'], [...path, 'expected_command']);
  return { ...parseRules(step, path), threshold, keyIds, command };
}

function parseInspection(value: JsonValue, path: FieldPath): Inspection {
  const inspection = parseItem(value, path, 'inspection', ['run']);
  const run = parseStrings(inspection['run'], [...path, 'run']);
  return { ...parseRules(inspection, path), run };
}

function parseItem(
  value: JsonValue,
  path: FieldPath,
  type: string,
  fields: readonly string[],
): JsonObject {
  const rules = ['expected_materials', 'expected_products'];
  const item = read.object(value, path, ['_type', 'name', ...rules, ...fields]);
  if (item['_type'] !== type) read.fail(`not "${type}"`, [...path, '_type']);
  return item;
}

function parseRules(item: JsonObject, path: FieldPath): Item {
  const rules = (field: string): readonly Rule[] =>
    read
      .array(item[field], [...path, field], layoutLimits.rules)
      .map((rule, at) => parseRule(rule, [...path, field, at]));
  const name = read.string(item['name'], [...path, 'name']);
  // Names become file names elsewhere.
  if (!/^[^/\\\p{Cc}]{1,255}$/u.test(name) || name.startsWith('.')) {
    read.fail('a name that could not be a file name', [...path, 'name']);
  }
  return {
    name,
    materials: rules('expected_materials'),
    products: rules('expected_products'),
  };
}

function checkUnique(values: readonly string[], what: string, path: FieldPath): void {
  if (new Set(values).size < values.length) read.fail(`${what} is there twice`, path);
}
