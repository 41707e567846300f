import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check, says } from './validate.js';
import { parseYamlFile } from './yaml-file.js';

const schema = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, says('must be lower-case letters', 'write it small')),
  version: z.string().max(5),
  level: z.enum(['none', 'fixed', 'virtual']).optional(),
  list: z.array(z.union([z.string(), z.strictObject({ project: z.string() })])).optional(),
  map: z
    .record(z.string().regex(/^[a-z]+$/, says('must be lower-case letters')), z.int().min(1))
    .optional(),
  on: z.boolean().optional(),
  some: z.array(z.string()).min(1).max(2).optional(),
});

function complaints(text: string): string[] {
  const result = check(schema, parseYamlFile(text, 'f.yaml'));
  if (result.ok) return [];
  return result.errors.map(
    ({ code, message, hint, location }) =>
      `${code} ${location?.line}:${location?.column}+${location?.length} ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
}

const good = 'name: x\nversion: "1"\n';

describe('check', () => {
  it('returns what the schema says', () => {
    expect(check(schema, parseYamlFile(good, 'f'))).toEqual({
      ok: true,
      value: { name: 'x', version: '1' },
    });
  });

  it.each([
    [
      '',
      'MISSING_KEY 1:1+1 f.yaml is empty (`selfsame init DIRECTORY` writes a small workspace to copy from)',
    ],
    ['- a\n', 'INVALID_VALUE 1:1+3 f.yaml must be a mapping, not a list'],
    [
      'name: x\nverison: "1"\n',
      'MISSING_KEY 1:1+4 key "version" is missing (add "version: …")',
      'UNKNOWN_KEY 2:1+7 unknown key "verison" (did you mean "version"?)',
    ],
    [
      `${good}zzzzz: 1\n`,
      'UNKNOWN_KEY 3:1+5 unknown key "zzzzz" (keys that may stand here: level, list, map, on, some)',
    ],
    [
      'name: x\nversion: 1.10\n',
      'INVALID_VALUE 2:10+4 version must be text, not the number 1.1 (put it in quotes: "1.10")',
    ],
    [
      'name: X\nversion: "123456"\n',
      'INVALID_VALUE 1:7+1 name must be lower-case letters (write it small)',
      'INVALID_VALUE 2:10+8 version must have at most 5 characters',
    ],
    [`${good}some: []\n`, 'INVALID_VALUE 3:7+2 some must have at least 1 entry'],
    [`${good}some: [a, b, c]\n`, 'INVALID_VALUE 3:7+9 some must have at most 2 entries'],
    ['name:\nversion: "1"\n', 'INVALID_VALUE 1:1+4 name must be text, but is empty'],
    [
      `${good}level: fixd\n`,
      'INVALID_VALUE 3:8+4 level must be one of "none", "fixed", "virtual", not "fixd" (did you mean "fixed"?)',
    ],
    [`${good}list: a\n`, 'INVALID_VALUE 3:7+1 list must be a list, not "a" (write a list: [a])'],
    [
      `${good}list: [a, {projct: b}]\n`,
      'MISSING_KEY 3:11+11 key "project" is missing in list[1] (add "project: …")',
      'UNKNOWN_KEY 3:12+6 unknown key "projct" in list[1] (did you mean "project"?)',
    ],
    [
      `${good}list: [1]\n`,
      'INVALID_VALUE 3:8+1 list[0] must be text or a mapping, not the number 1',
    ],
    [
      `${good}map: {A: 1, b: 0, c: 1.5}\n`,
      'INVALID_VALUE 3:7+1 key "A" must be lower-case letters',
      'INVALID_VALUE 3:16+1 map.b must be at least 1',
      'INVALID_VALUE 3:22+3 map.c must be a whole number, not the number 1.5',
    ],
    [`${good}on: yes\n`, 'INVALID_VALUE 3:5+3 on must be true or false, not "yes"'],
  ])('%j', (text, ...expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});
