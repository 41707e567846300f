import type { z } from 'zod';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { didYouMean } from '../did-you-mean.js';
import { quote } from './quote.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

type Issue = z.core.$ZodIssue;

/** What a schema complains about: `value`, which stands at `at` of `yaml`. Paths of issues start at `value`. */
export interface Subject {
  readonly yaml: YamlFile;
  readonly at: YamlPath;
  readonly value: unknown;
  /** Keys a mapping may have, by the `keys` array of the issue about it. */
  readonly allowedKeys: WeakMap<object, readonly string[]>;
}

/**
 * A branch of a union that only lets unexpanded expressions pass says this, so that the complaint shown
 * is that of the other branch.
 */
export const onlyExpressions = 'must be an expression';

/** What people call the types of YAML values. */
const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  null: 'empty',
};

/** One issue of zod in a person's words, at its place. `prefix` is the path to the union it stems from. */
export function explainIssue(issue: Issue, prefix: YamlPath, subject: Subject): SelfsameError[] {
  const path = [...prefix, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const value = valueAt(subject.value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.keys, path, subject));
    case 'invalid_union':
      return explainUnion(issue, path, subject);
    case 'invalid_key': {
      const [inner] = issue.issues;
      const said = inner === undefined ? 'is not allowed here' : wording(inner, value);
      return [complaint(`key ${quote(String(path.at(-1)))}`, said, path, subject, 'key')];
    }
    case 'invalid_type':
      if (value === undefined) return [missingKey(path, subject)];
      if (!issue.message.startsWith('Invalid input')) {
        return [complaint(nameOf(path, subject), issue.message, path, subject)];
      }
      return [wrongType(issue.expected, value, path, subject)];
    case 'invalid_value': {
      if (value === undefined) return [missingKey(path, subject)];
      const values = issue.values.map(String);
      const list = issue.values.map((each) => JSON.stringify(each)).join(', ');
      const choice = values.length === 1 ? list : `one of ${list}`;
      const hint = typeof value === 'string' ? didYouMean(value, values) : undefined;
      const said = `must be ${choice}, ${butIs(value)}`;
      return [complaint(label([...subject.at, ...path]), withHint(said, hint), path, subject)];
    }
    default:
      return [complaint(nameOf(path, subject), wording(issue, value), path, subject)];
  }
}

/** Of a union's branches, the complaints of the one that was meant; else what types would do. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: YamlPath,
  subject: Subject,
): SelfsameError[] {
  const value = valueAt(subject.value, path);
  if (value === undefined) return [missingKey(path, subject)];
  const branches = issue.errors.filter(
    (issues) => !issues.some((inner) => inner.message === onlyExpressions),
  );
  const isRoot = (inner: Issue): boolean => inner.path.length === 0;
  const fitting = branches.filter(
    (issues) =>
      !issues.some(
        (inner) =>
          isRoot(inner) && (inner.code === 'invalid_type' || inner.code === 'invalid_value'),
      ),
  );
  // Of several forms, a word is meant to be one of those that are listed.
  const listed = branches.filter((issues) =>
    issues.some(
      (inner) =>
        isRoot(inner) &&
        inner.code === 'invalid_value' &&
        inner.values.some((each) => typeof each === typeof value),
    ),
  );
  const [meant] =
    [fitting, branches, fitting.length === 0 ? listed : []].find(({ length }) => length === 1) ??
    [];
  if (meant !== undefined) return meant.flatMap((inner) => explainIssue(inner, path, subject));
  const types = branches
    .flat()
    .flatMap((inner) => (isRoot(inner) && inner.code === 'invalid_type' ? [inner.expected] : []));
  const names = [...new Set(types.map((type) => kinds[type] ?? type))];
  const what = names.length > 0 ? names.join(' or ') : 'of another form';
  const said = `must be ${what}, ${butIs(value)}`;
  return [complaint(nameOf(path, subject), said, path, subject)];
}

function unknownKey(
  key: string,
  issueKeys: object,
  path: YamlPath,
  subject: Subject,
): SelfsameError {
  const present = Object.keys(valueAt(subject.value, path) ?? {});
  // A key that is there already is no better name for this one.
  const free = (subject.allowedKeys.get(issueKeys) ?? []).filter((each) => !present.includes(each));
  const list = free.length > 0 ? `keys that may stand here: ${free.join(', ')}` : undefined;
  const full = [...subject.at, ...path];
  const place = full.length === 0 ? '' : ` in ${label(full)}`;
  return new SelfsameError('UNKNOWN_KEY', `unknown key ${quote(key)}${place}`, {
    location: subject.yaml.locate([...full, key], 'key'),
    ...given(didYouMean(key, free) ?? list),
  });
}

function missingKey(path: YamlPath, subject: Subject): SelfsameError {
  const full = [...subject.at, ...path];
  const parent = full.slice(0, -1);
  const key = String(full.at(-1));
  const place = parent.length === 0 ? '' : ` in ${label(parent)}`;
  return new SelfsameError('MISSING_KEY', `key "${key}" is missing${place}`, {
    location: subject.yaml.locate(parent, 'key'),
    hint: `add "${key}: …"`,
  });
}

function wrongType(
  expectedType: string,
  value: unknown,
  path: YamlPath,
  subject: Subject,
): SelfsameError {
  const expected = kinds[expectedType] ?? expectedType;
  const full = [...subject.at, ...path];
  if (full.length === 0 && value === null) {
    const location = subject.yaml.locate([]);
    return new SelfsameError('MISSING_KEY', `${subject.yaml.file} is empty`, {
      location,
      hint: '`selfsame init DIRECTORY` writes a small workspace to copy from',
    });
  }
  const written = subject.yaml.writtenAs(full);
  let hint: string | undefined;
  if (expectedType === 'string' && written !== undefined && value !== null) {
    hint = `put it in quotes: ${JSON.stringify(written)}`;
  } else if (expectedType === 'array' && typeof value === 'string') {
    hint = `write a list: [${written ?? value}]`;
  }
  const said = withHint(`must be ${expected}, ${butIs(value)}`, hint);
  return complaint(nameOf(path, subject), said, path, subject);
}

/** What a value is instead. */
function butIs(value: unknown): string {
  if (value === null || value === undefined) return 'but is empty';
  if (Array.isArray(value)) return 'not a list';
  if (typeof value === 'object') return 'not a mapping';
  if (typeof value === 'string') return `not ${quote(value)}`;
  return `not ${typeof value === 'number' ? 'the number ' : ''}${String(value)}`;
}

/** What a check says: our schemas' own words, or zod's standard ones turned into a predicate. */
function wording(issue: Issue, value: unknown): string {
  if (
    (issue.code === 'too_small' || issue.code === 'too_big') &&
    issue.message.startsWith('Too ')
  ) {
    const [bound, most] =
      issue.code === 'too_small' ? [issue.minimum, 'at least'] : [issue.maximum, 'at most'];
    const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
      string: ['character', 'characters'],
      array: ['entry', 'entries'],
      record: ['entry', 'entries'],
    };
    const unit = units[issue.origin]?.[Number(bound) === 1 ? 0 : 1];
    const said = unit === undefined ? `be ${most} ${bound}` : `have ${most} ${bound} ${unit}`;
    return `must ${said}`;
  }
  if (/^(?:Invalid|Unrecognized) /.test(issue.message)) return `is not valid, ${butIs(value)}`;
  return issue.message;
}

/** `said` is a predicate ("must be …") or a sentence of its own; a second line of it is the hint. */
function complaint(
  name: string,
  said: string,
  path: YamlPath,
  subject: Subject,
  part: 'key' | 'value' = 'value',
): SelfsameError {
  const [sentence = '', hint] = said.split('\n');
  const glue = /^(?:must|is|has|lacks|cannot|needs|may|contains) /.test(sentence) ? ' ' : ': ';
  return new SelfsameError('INVALID_VALUE', `${name}${glue}${sentence}`, {
    location: subject.yaml.locate([...subject.at, ...path], part),
    ...given(hint),
  });
}

function withHint(said: string, hint: string | undefined): string {
  return hint === undefined ? said : `${said}\n${hint}`;
}

function nameOf(path: YamlPath, subject: Subject): string {
  const full = [...subject.at, ...path];
  return full.length === 0 ? subject.yaml.file : label(full);
}

/** `steps[0].run`. */
export function label(path: YamlPath): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
    .join('');
}

function valueAt(value: unknown, path: YamlPath): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}

function given(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
