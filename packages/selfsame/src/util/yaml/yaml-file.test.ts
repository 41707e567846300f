import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SelfsameErrors } from '../../errors/selfsame-error.js';
import { parseYamlFile } from './yaml-file.js';
import type { YamlLimits } from './limits.js';

/** `CODE line:column message` of each complaint. */
function complaints(text: string, limits?: YamlLimits): string[] {
  try {
    parseYamlFile(text, 'recipe.yaml', limits);
  } catch (error) {
    if (!(error instanceof SelfsameErrors)) throw error;
    return error.errors.map(
      ({ code, location, message }) =>
        `${code} ${location?.line}:${location?.column}+${location?.length} ${message}`,
    );
  }
  return [];
}

describe('parseYamlFile', () => {
  it('reads plain data of the core schema', () => {
    const { value } = parseYamlFile('a: [1, "2", true, ~]\nb:\n  c: |\n    x\n', 'f');
    expect(value).toEqual({ a: [1, '2', true, null], b: { c: 'x\n' } });
  });

  it('says one mistake of syntax once, whatever follows from it', () => {
    const text = "a: [{ run: 'x\nb'; y'}]\nc: [\n";
    expect(complaints(text)).toEqual([expect.stringMatching(/^YAML_SYNTAX 1:14/)]);
  });

  it('takes keys as they are written', () => {
    expect(parseYamlFile('8.20: x\ntrue: y\n', 'f').value).toEqual({ '8.20': 'x', true: 'y' });
  });

  it.each([
    ['a: [1, 2', /^YAML_SYNTAX 1:\d+\+1 /],
    ['a: 1\n b: 2\n', /^YAML_SYNTAX [12]:/],
    ['a: 1\na: 2\n', /^DUPLICATE_KEY 2:1\+1 key "a" is given twice$/],
    ['8: 1\n"8": 2\n', /^DUPLICATE_KEY 2:1\+3 /],
    ['a: !!js/function x\n', /^YAML_REFUSED 1:4\+13 tag /],
    ['a: !x\n', /^YAML_REFUSED 1:4\+2 tag /],
    ['%YAML 1.1\n---\na: 1\n', /^YAML_REFUSED 1:1\+\d+ YAML directives/],
    ['a: 1\n---\nb: 2\n', /^YAML_REFUSED 2:1\+3 a second YAML document/],
    ['a: &x {b: 1}\nc: { <<: *x }\n', /^YAML_REFUSED 2:6\+2 key "<<" is not allowed$/],
    ['__proto__: 1\n', /^YAML_REFUSED 1:1\+9 key "__proto__" is not allowed$/],
    ['? [a]\n: b\n', /^YAML_REFUSED 1:3\+3 a key must be plain text$/],
    ['a: *x\n', /^YAML_REFUSED 1:4\+2 alias "\*x" refers to nothing/],
    ['a: &x [*x]\n', /^YAML_REFUSED 1:8\+2 alias "\*x" refers to nothing/],
    ['a: "\u202e"\n', /^YAML_REFUSED 1:5\+1 character U\+202E is not allowed here$/],
    ['a: \u0007\n', /^YAML_REFUSED 1:4\+1 character U\+0007/],
    ['a: b\rc: d\n', /^YAML_REFUSED 1:5\+1 character U\+000D/],
  ])('refuses %j with a place', (text, expected) => {
    expect(complaints(text)[0]).toMatch(expected);
  });

  it('says every duplicate at once', () => {
    expect(complaints('a: 1\na: 2\nb: {c: 1, c: 2}\n')).toEqual([
      'DUPLICATE_KEY 2:1+1 key "a" is given twice',
      'DUPLICATE_KEY 3:11+1 key "c" is given twice',
    ]);
  });

  it('expands aliases and points through them', () => {
    const yaml = parseYamlFile('a: &x { b: 1 }\nc: *x\n', 'f');
    expect(yaml.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(yaml.locate(['c', 'b'])).toMatchObject({ line: 1, column: 12 });
  });
});

describe('limits', () => {
  const limits: YamlLimits = { bytes: 4096, depth: 8, nodes: 1000, aliases: 20 };

  it('counts bytes, not characters', () => {
    expect(complaints(`a: ${'é'.repeat(2100)}`, limits)[0]).toMatch(/^YAML_LIMIT 1:1/);
    expect(complaints(`a: ${'e'.repeat(2100)}`, limits)).toEqual([]);
  });

  it('refuses depth before it recurses', () => {
    for (const deep of [
      '['.repeat(500_000),
      '- '.repeat(250_000),
      '{a: '.repeat(200_000),
      '? '.repeat(250_000),
    ]) {
      expect(complaints(deep)[0]).toMatch(/^YAML_LIMIT 1:\d+\+1 nested deeper than 32 levels$/);
    }
    expect(complaints('[[[[[[[[1]]]]]]]]', limits)).toEqual([]);
    expect(complaints('[[[[[[[[[[1]]]]]]]]]]', limits)[0]).toMatch(/^YAML_LIMIT/);
  });

  it('refuses a document that expands too far', () => {
    const levels = Array.from(
      { length: 8 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? '1'
            : Array(9)
                .fill(`*a${i - 1}`)
                .join(',')
        }]`,
    );
    expect(complaints(levels.join('\n'), { ...limits, aliases: 1000 })[0]).toMatch(
      /^YAML_LIMIT 4:\d+\+1 more than 1000 values/,
    );
    expect(complaints(`a: &a 1\nb: [${'*a,'.repeat(21)}]`, limits)).toEqual([
      'YAML_LIMIT 2:65+1 more than 20 aliases',
    ]);
  });

  it('stops early at what would take long', () => {
    expect(complaints('#\n'.repeat(2000), limits)).toEqual([]);
    expect(complaints('#\n'.repeat(500_000))[0]).toMatch(
      /^YAML_LIMIT 2\d{5}:\d\+1 more than 500000 words/,
    );
    expect(complaints('a: ]\n'.repeat(200_000))).toHaveLength(1);
    expect(complaints('%A\n'.repeat(300_000))).toHaveLength(20);
    expect(complaints('--- a\n'.repeat(150_000))).toEqual([
      'YAML_REFUSED 2:1+3 a second YAML document starts here',
    ]);
  });

  it('reads a megabyte of keys in linear time', () => {
    const keys = Array.from({ length: 45_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(Object.keys(parseYamlFile(keys, 'f').value as object)).toHaveLength(45_000);
  });
});

describe('locate', () => {
  const yaml = parseYamlFile('name: x\nlist:\n  - a: 1\n    b: two words # c\nempty:\n', 'f.yaml');

  it.each([
    [['name'], 'value', 1, 7, 1],
    [['name'], 'key', 1, 1, 4],
    [['list', 0, 'b'], 'value', 4, 8, 9],
    [['list', 0], 'value', 3, 5, 1],
    [['empty'], 'value', 5, 1, 5],
    [['list', 0, 'absent'], 'value', 3, 5, 1],
    [['absent'], 'key', 1, 1, 4],
  ] as const)('%j %s', (path, part, line, column, length) => {
    expect(yaml.locate(path, part)).toMatchObject({ file: 'f.yaml', line, column, length });
  });

  it('quotes the line', () => {
    expect(yaml.locate(['list', 0, 'b']).lineText).toBe('    b: two words # c');
  });
});

describe('locateInString', () => {
  it.each([
    ['a: |\n  one\n    two ${{ x }}\n', 'x', 3, 13],
    ['a: |2\n    one\n  two ${{ x }}\n', 'x', 3, 11],
    ['a: |-\n\n\n  one\n\n  two ${{ x }}', 'x', 6, 11],
    ['a: >\n  one\n  two\n\n  three ${{ x }}\n', 'x', 5, 13],
    ['a: "\\u0041 \\" \\\n   b \\x24{{ x }}"\n', 'x', 2, 13],
    ["a: 'it''s ${{ x }}'\n", 'x', 1, 15],
    ['a: one\n  two\n\n  three ${{ x }}\n', 'x', 4, 13],
    ['a: "one  \n  two \n\n   three ${{ x }}"\n', 'x', 4, 14],
    ['a: |\r\n  one\r\n  two ${{ x }}\r\n', 'x', 3, 11],
  ])('finds a place in %j', (text, needle, line, column) => {
    const yaml = parseYamlFile(text, 'f');
    const value = (yaml.value as { a: string }).a;
    expect(yaml.locateInString(['a'], value.indexOf(needle), 1)).toMatchObject({
      line,
      column,
      length: 1,
    });
  });

  it('points at the same character, however a text is written', () => {
    const part = fc.constantFrom(
      'a',
      'bc',
      ' ',
      '\n',
      "'",
      '"',
      '\\',
      '#',
      '- ',
      ': ',
      'é',
      '😀',
      '\t',
      '{',
      '  ',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 40 }),
        fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
        fc.integer({ min: 20, max: 80 }),
        (parts, defaultStringType, lineWidth) => {
          const wanted = parts.join('');
          const text = stringify({ k: { a: wanted } }, { defaultStringType, lineWidth } as object);
          const yaml = parseYamlFile(text, 'f');
          const value = (yaml.value as { k: { a: string } }).k.a;
          const lines = text.split('\n');
          for (let i = 0; i < value.length; i++) {
            if (!/[a-cé#{-]/.test(value[i] ?? '')) continue;
            const { line, column } = yaml.locateInString(['k', 'a'], i, 1);
            expect(lines[line - 1]?.[column - 1]).toBe(value[i]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
