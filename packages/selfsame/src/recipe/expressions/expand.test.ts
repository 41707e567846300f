import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexLines } from '../../util/yaml/line-index.js';
import { complaintsOf } from '../test-workspace.js';
import { expand } from './expand.js';
import type { Scope, TextSource } from './expand.js';
import { parseTemplate } from './parse.js';

const values: Readonly<Record<string, string>> = {
  project: 'tool',
  version: 'v1.2.3-rc1',
  path: '/a/b/c.tar.gz',
  odd: "it's $HOME",
  empty: '',
  'inputs.zlib1g.dev.path': '/build/inputs/zlib1g.dev',
};
const scope: Scope = {
  lookup: (name) =>
    Object.hasOwn(values, name)
      ? { type: 'value', value: values[name] ?? '' }
      : name === 'unset'
        ? { type: 'unset', why: 'is not set for target x' }
        : { type: 'unknown', candidates: Object.keys(values) },
  spend: () => true,
};

function source(text: string): TextSource {
  const lines = indexLines(text, 'f');
  return { text, locate: (offset, length) => lines.locate(offset, offset + length) };
}
const expanded = (text: string): string => expand(source(text), scope);

describe('expand', () => {
  it.each([
    ['${{project}}-${{ version }}', 'tool-v1.2.3-rc1'],
    ['${{ "a}}b" }}', 'a}}b'],
    ["${{ '${{' }} project }}", '${{ project }}'],
    ['${{ "q\\"\\\\\\n\\t" }}', 'q"\\\n\t'],
    ['${{ inputs.zlib1g.dev.path }}/x', '/build/inputs/zlib1g.dev/x'],
    ['${VAR} $(cmd) $((1+2)) }} {{ x }} $ {{', '${VAR} $(cmd) $((1+2)) }} {{ x }} $ {{'],
    ['${{ project | upper | replace("O", "0") }}', 'T00L'],
    ['${{ "AÄb" | lower }}', 'aÄb'],
    ['${{ version | strip-prefix("v") | major-minor }}', '1.2'],
    ['${{ version | strip-prefix("v") | major }}', '1'],
    ['${{ version | strip-suffix("-rc1") }}', 'v1.2.3'],
    ['${{ path | basename }} ${{ path | dirname }} ${{ project | dirname }}', 'c.tar.gz /a/b .'],
    [
      '${{ odd | shell-quote }} ${{ project | shell-quote }} ${{ empty | shell-quote }}',
      "'it'\\''s $HOME' tool ''",
    ],
    [
      '${{ unset | default("x") }}${{ empty | default("y") }}${{ project | default("z") }}',
      'xytool',
    ],
    ['${{ project | replace("$&", "x") }} ${{ project | replace("o", "$&") }}', 'tool t$&$&l'],
    ['${{ " \n a " | trim }}'.replace('\n', '\\n'), 'a'],
    ['a${{\n  project\n  | upper\n}}b', 'aTOOLb'],
  ])('%j', (text, result) => {
    expect(expanded(text)).toBe(result);
  });

  it.each([
    ['a\n${{ projct }}', 'UNKNOWN_NAME f:2:5+6 there is no projct (did you mean "project"?)'],
    [
      '${{ unset }}',
      'VARIABLE_NOT_SET f:1:5+5 unset is not set for target x (set it, or give a default: unset | default("…"))',
    ],
    [
      '${{ unset | upper | default("x") }}',
      'VARIABLE_NOT_SET f:1:5+5 unset is not set for target x (set it, or give a default: unset | default("…"))',
    ],
    ['${{ constructor }}', 'UNKNOWN_NAME f:1:5+11 there is no constructor'],
    [
      '${{ project | constructor }}',
      expect.stringMatching(/^UNKNOWN_NAME f:1:15\+11 there is no filter constructor/),
    ],
    ['${{ }}', 'EXPRESSION_SYNTAX f:1:5+2 expected a name or a string in quotes, found "}}"'],
    ['${{ project upper }}', 'EXPRESSION_SYNTAX f:1:13+1 expected a filter (| …) or }}, found "u"'],
    ['${{ project | }}', 'EXPRESSION_SYNTAX f:1:15+2 expected the name of a filter, found "}}"'],
    [
      '${{ project | replace(a) }}',
      'EXPRESSION_SYNTAX f:1:23+1 expected a string in quotes, found "a"',
    ],
    [
      '${{ project | replace("a" "b") }}',
      'EXPRESSION_SYNTAX f:1:27+1 expected , or ), found "\\""',
    ],
    ["${{ 'a }}", "EXPRESSION_SYNTAX f:1:5+1 this string is not closed (add a ')"],
    [
      '${{ project | replace("", "x") }}',
      'EXPRESSION_FAILED f:1:15+16 replace cannot be applied: the text to replace is empty',
    ],
  ])('%j is refused', (text, complaint) => {
    expect(complaintsOf(() => expanded(text))).toEqual([complaint]);
  });

  it('bounds what replace may make', () => {
    const long = 'a'.repeat(1000);
    const text = `\${{ "${long}" | replace("a", "${long}") | replace("a", "${long}") }}`;
    expect(complaintsOf(() => expanded(text))).toEqual([
      expect.stringMatching(/^EXPRESSION_TOO_LONG f:1:/),
    ]);
  });

  it('leaves every text without expressions as it is', () => {
    const part = fc.constantFrom(
      '$',
      '{',
      '}',
      '{{',
      '}}',
      '${',
      '|',
      '"',
      "'",
      'a',
      '\n',
      '$$',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          fc.pre(!text.includes('${{'));
          expect(expanded(text)).toBe(text);
        },
      ),
    );
  });

  it('gives back every text whose ${{ are written as strings', () => {
    const part = fc.constantFrom('$', '{', '}', '${{', '}}', ' project ', '|', '"', "'", '\n');
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          expect(expanded(text.replaceAll('${{', "${{ '${{' }}"))).toBe(text);
        },
      ),
    );
  });

  it('says where every expression stands', () => {
    const literal = fc.string({ unit: fc.constantFrom('a', '\n', '}', '$', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1 }), (literals) => {
        const text = literals.join('${{ version | major }}');
        const parsed = parseTemplate(text);
        if (!parsed.ok) throw new Error(parsed.message);
        const expressions = parsed.parts.filter((each) => typeof each !== 'string');
        expect(expressions).toHaveLength(literals.length - 1);
        for (const { offset, length, subject, filters } of expressions) {
          expect(text.slice(offset, offset + length)).toBe('version | major');
          expect(text.slice(subject.offset, subject.offset + subject.length)).toBe('version');
          const [filter] = filters;
          expect(text.slice(filter?.offset, (filter?.offset ?? 0) + (filter?.length ?? 0))).toBe(
            'major',
          );
        }
      }),
    );
  });

  it('never does anything but expand or complain', () => {
    const unit = fc.constantFrom(
      '${{',
      '}}',
      '|',
      '(',
      ')',
      ',',
      '"',
      "'",
      '\\',
      'project',
      'upper',
      ' ',
      '\n',
      '😀',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        complaintsOf(() => expanded(text));
      }),
      { numRuns: 1000 },
    );
  });
});
