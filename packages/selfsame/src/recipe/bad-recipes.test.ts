import { describe, expect, it } from 'vitest';
import { complaintsAbout } from './test-workspace.js';

const file = 'projects/tool/recipe.yaml';

/** The complaints about one recipe, without the name of its file. */
function complaints(recipe: string): string[] {
  return complaintsAbout({ [file]: recipe }).map((each) =>
    each.replaceAll(/\S*projects\/tool\//g, ''),
  );
}

/** A good recipe, with parts replaced or added at its end. */
function recipe(replaced: readonly [string, string][], added = ''): string {
  let text = `name: tool
version: "1.0"
inputs:
  source: { file: main.c }
steps:
  - name: build
    run: |
      make
      cp tool /build/out
outputs: [tool]
`;
  for (const [from, to] of replaced) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return text + added;
}

describe('a good recipe', () => {
  it('has no complaints', () => {
    expect(complaints(recipe([]))).toEqual([]);
  });
});

const mistakes: readonly [string, string, ...string[]][] = [
  [
    'an empty file',
    '',
    'MISSING_KEY recipe.yaml:1:1+1 recipe.yaml is empty (`selfsame init DIRECTORY` writes a small workspace to copy from)',
  ],
  [
    'a misspelt key',
    recipe([['version:', 'verison:']]),
    'MISSING_KEY recipe.yaml:1:1+4 key "version" is missing (add "version: …")',
    'UNKNOWN_KEY recipe.yaml:2:1+7 unknown key "verison" (did you mean "version"?)',
  ],
  [
    'a misspelt kind of input',
    recipe([['file: main.c', 'fil: main.c']]),
    'UNKNOWN_KEY recipe.yaml:4:13+3 unknown key "fil" in inputs.source (did you mean "file"?)',
  ],
  [
    'an input without a version',
    recipe([['file: main.c', 'debian-source: { package: pigz }']]),
    'MISSING_KEY recipe.yaml:4:13+13 key "version" is missing in inputs.source.debian-source (add "version: …")',
  ],
  [
    'a number for a version',
    recipe([['"1.0"', '1.10']]),
    'INVALID_VALUE recipe.yaml:2:10+4 version must be text, not the number 1.1 (put it in quotes: "1.10")',
  ],
  [
    'a version that is no file name',
    recipe([['"1.0"', '"1/0"']]),
    'INVALID_VALUE recipe.yaml:2:10+5 version must have only printable ASCII characters, without blanks and /',
  ],
  [
    'a name in capitals',
    recipe([['name: tool', 'name: Tool']]),
    'INVALID_VALUE recipe.yaml:1:7+4 name must be a name: lower-case letters, digits and + . -, starting with a letter or digit, at most 64 characters',
  ],
  [
    'a name that is not the directory',
    recipe([['name: tool', 'name: toll']]),
    'PROJECT_NAME recipe.yaml:1:7+4 the recipe in directory tool is named toll (write name: tool, or rename the directory)',
  ],
  [
    'the same key twice',
    recipe([], 'version: "2"\n'),
    'DUPLICATE_KEY recipe.yaml:11:1+7 key "version" is given twice (remove one of the two)',
  ],
  [
    'a tag',
    recipe([['"1.0"', '!!str 1.0']]),
    'YAML_REFUSED recipe.yaml:2:10+5 tag "!!str" is not allowed (remove the tag)',
  ],
  [
    'a duration without a unit',
    recipe([], 'limits: { time: "30" }\n'),
    'INVALID_VALUE recipe.yaml:11:17+4 limits.time must be a whole number and a unit (s, m, h, d), for example 30m',
  ],
  [
    'a duration that is a number',
    recipe([], 'limits: { time: 30 }\n'),
    'INVALID_VALUE recipe.yaml:11:17+2 limits.time must be a whole number and a unit (s, m, h, d), for example 30m',
  ],
  [
    'a size beyond its bound',
    recipe([], 'limits: { memory: 65T }\n'),
    'INVALID_VALUE recipe.yaml:11:19+3 limits.memory must be between 16M and 64T',
  ],
  [
    'a level that does not exist',
    recipe([], 'determinism: fixd\n'),
    'INVALID_VALUE recipe.yaml:11:14+4 determinism must be one of "none", "fixed", "virtual", "machine", not "fixd" (did you mean "fixed"?)',
  ],
  [
    'sources at a level without any',
    recipe([], 'determinism: { level: fixed, sources: { clock: real } }\n'),
    'INVALID_VALUE recipe.yaml:11:23+5 determinism.level must be "virtual", not "fixed"',
  ],
  [
    'a source that does not exist',
    recipe([], 'determinism: { level: virtual, sources: { clocks: real } }\n'),
    'UNKNOWN_KEY recipe.yaml:11:43+6 unknown key "clocks" in determinism.sources (did you mean "clock"?)',
  ],
  [
    'a source that would vary',
    recipe([], 'determinism: { level: virtual, sources: { clock: "vary:1" } }\n'),
    'INVALID_VALUE recipe.yaml:11:50+8 determinism.sources.clock must be one of "real", "fixed", not "vary:1"',
  ],
  [
    'a time that programs could not work with',
    recipe([], 'determinism: virtual\nsourceDateEpoch: 0\n'),
    'INVALID_VALUE recipe.yaml:12:18+1 sourceDateEpoch must be from 315532800 to 4102444799 at level virtual, but is 0 (Programs are told this time: one of the years 1980 to 2099)',
  ],
  [
    'an environment that does not exist',
    recipe([], 'environment: defualt\n'),
    'UNKNOWN_ENVIRONMENT recipe.yaml:11:14+7 there is no environment defualt (did you mean "default"?)',
  ],
  [
    'a project that does not exist',
    recipe([], 'needs: [zlib, { project: tol }]\n'),
    'UNKNOWN_PROJECT recipe.yaml:11:9+4 there is no project zlib (projects are: tool)',
    'UNKNOWN_PROJECT recipe.yaml:11:26+3 there is no project tol (did you mean "tool"?)',
  ],
  [
    'a need of itself',
    recipe([], 'needs: [tool]\n'),
    'NEED_CYCLE recipe.yaml:11:9+4 projects need each other in a circle: tool@default → tool@default (remove one of these needs: tool@default at recipe.yaml:11)',
  ],
  [
    'a target that does not exist, in only',
    recipe([['- name: build', '- name: build\n    only: [debg]']], 'targets: { debug: {} }\n'),
    'UNKNOWN_TARGET recipe.yaml:7:12+4 tool has no target debg (did you mean "debug"?)',
  ],
  [
    'a step without a script',
    recipe([], '').replace(/run: [^]*?out\n/, 'shell: bash\n'),
    'INVALID_VALUE recipe.yaml:6:5+4 steps[0] must have either run or script',
  ],
  [
    'two steps of one name',
    recipe([['outputs:', '  - { name: build, run: x }\noutputs:']]),
    'DUPLICATE_NAME recipe.yaml:10:13+5 two steps are named build (rename one of them)',
  ],
  [
    'a script that is not there',
    recipe([['outputs:', '  - script: build.sh\noutputs:']]),
    'SCRIPT_UNREADABLE recipe.yaml:10:13+8 script build.sh does not exist (create build.sh, or correct the name)',
  ],
  [
    'a script elsewhere',
    recipe([['outputs:', '  - script: ../../selfsame.yaml\noutputs:']]),
    'SCRIPT_UNREADABLE recipe.yaml:10:13+19 script ../../selfsame.yaml is outside the directory of the recipe (move it beside the recipe)',
  ],
  [
    'an output elsewhere',
    recipe([['[tool]', '[../tool]']]),
    'INVALID_VALUE recipe.yaml:10:11+7 outputs[0] must be a pattern of paths below /build/out: relative, without . and .. parts or backslashes',
  ],
  [
    'no outputs',
    recipe([['[tool]', '[]']]),
    'INVALID_VALUE recipe.yaml:10:10+2 outputs must have at least one pattern',
  ],
  [
    'an input in a reserved place',
    recipe([['main.c }', 'main.c, at: out/x }']]),
    'INVALID_VALUE recipe.yaml:4:31+5 inputs.source.at must not be in inputs, needs or out (put it below work, for example work/src)',
  ],
  [
    'an input outside of /build',
    recipe([['main.c }', 'main.c, at: work/../../x }']]),
    'INVALID_VALUE recipe.yaml:4:31+12 inputs.source.at must be a path below /build: letters, digits and _ + . @ ~ - between single slashes',
  ],
  [
    'two inputs in one place',
    recipe([
      ['  source: { file: main.c }', '  a: { file: a, at: work/x }\n  b: { file: b, at: work/x }'],
    ]),
    'DUPLICATE_NAME recipe.yaml:5:21+6 inputs a and b are both at work/x (choose another place for one of them)',
  ],
  [
    'two kinds at once',
    recipe([['{ file: main.c }', '{ file: main.c, npm: { package: x, version: 1.0.0 } }']]),
    'INVALID_VALUE recipe.yaml:4:11+53 inputs.source: an input has exactly one of file, url, git, debian-source, npm; this one has file and npm',
  ],
  [
    'a short commit',
    recipe([['{ file: main.c }', '{ git: { url: "https://example.org/x.git", commit: abc123 } }']]),
    'INVALID_VALUE recipe.yaml:4:62+6 inputs.source.git.commit: a commit is its full hash: 40 (or, in sha256 repositories, 64) lower-case hexadecimal digits',
  ],
  [
    'an unknown variable',
    recipe([['make\n', 'make ${{ variables.flavor }}\n']], 'variables: { flavour: x }\n'),
    'UNKNOWN_NAME recipe.yaml:8:16+16 there is no variables.flavor (did you mean "variables.flavour"?)',
  ],
  [
    'an unknown input in a folded text',
    recipe([
      ['run: |', 'run: >'],
      ['cp tool', "cp '${{ inputs.sauce.path }}'"],
    ]),
    'UNKNOWN_NAME recipe.yaml:9:15+17 there is no inputs.sauce.path (did you mean "inputs.source.path"?)',
  ],
  [
    'a name nothing is near to',
    recipe([['make\n', 'make ${{ env }}\n']]),
    'UNKNOWN_NAME recipe.yaml:8:16+3 there is no env (names are: project, target, version, jobs, inputs.source.path, inputs.source.file)',
  ],
  [
    'an unknown filter',
    recipe([['"1.0"', '"${{ project | uper }}"']]),
    'UNKNOWN_NAME recipe.yaml:2:25+4 there is no filter uper (did you mean "upper"?)',
  ],
  [
    'a filter with the wrong number of arguments',
    recipe([['make\n', "make ${{ project | replace('a') }}\n"]]),
    'EXPRESSION_FAILED recipe.yaml:8:26+12 replace takes 2 arguments, not 1 (write replace("from", "to"))',
  ],
  [
    'a filter that does not fit',
    recipe([['make\n', 'make ${{ project | major }}\n']]),
    'EXPRESSION_FAILED recipe.yaml:8:26+5 major cannot be applied: "tool" does not start with a number',
  ],
  [
    'an expression that is not closed',
    recipe([['make\n', 'make ${{ project\n']]),
    "EXPRESSION_SYNTAX recipe.yaml:8:12+3 this expression is not closed (close it with }}, or write a literal ${{ as ${{ '${{' }})",
  ],
  [
    'code in an expression',
    recipe([['make\n', 'make ${{ process.exit(1) }}\n']]),
    'EXPRESSION_SYNTAX recipe.yaml:8:28+1 expected a filter (| …) or }}, found "("',
  ],
  [
    'an escape that means nothing',
    recipe([['make\n', 'make ${{ "a\\d" }}\n']]),
    'EXPRESSION_SYNTAX recipe.yaml:8:18+2 \\d means nothing here (escapes are \\" \\\\ \\n \\t; in single quotes there are none)',
  ],
  [
    'variables in a circle',
    recipe(
      [['"1.0"', '"${{ variables.a }}"']],
      'variables:\n  a: x${{ variables.b }}\n  b: ${{ version }}\n',
    ),
    'EXPRESSION_CYCLE recipe.yaml:13:10+7 version refers to itself: version → variables.a → variables.b → version (give one of them a value of its own)',
  ],
  [
    'a variable of another target',
    recipe(
      [['make\n', 'make ${{ variables.x }}\n']],
      'targets: { default: {}, debug: { variables: { x: y } } }\n',
    ),
    'VARIABLE_NOT_SET recipe.yaml:8:16+11 variables.x is not set for target default (set it, or give a default: variables.x | default("…"))',
  ],
  [
    'the file of a directory',
    recipe([
      ['file: main.c', 'file: x.tar.gz, unpack: true'],
      ['make\n', 'make ${{ inputs.source.file }}\n'],
    ]),
    'EXPRESSION_FAILED recipe.yaml:8:16+18 input source is a directory, not one file (write ${{ inputs.source.path }}/… with the path inside it)',
  ],
  [
    'more targets than anybody reads',
    recipe(
      [],
      `targets: { ${Array.from({ length: 257 }, (_, index) => `t${index}: {}`).join(', ')} }\n`,
    ),
    expect.stringMatching(
      /^INVALID_VALUE recipe\.yaml:11:10\+\d+ targets must have at most 256 entries$/,
    ) as string,
  ],
  [
    'a package that is none',
    recipe([], 'packages: [gcc, "x y"]\n'),
    'INVALID_VALUE recipe.yaml:11:17+5 packages[1] must be a package name, optionally with a version: zlib1g-dev, gcc=4:14.2.0-1',
  ],
];

describe('a recipe with', () => {
  it.each(mistakes)('%s', (_, text, ...expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it('many mistakes has all of them said, in order', () => {
    const text = recipe(
      [
        ['"1.0"', '"${{ nothing }}"'],
        ['make\n', 'make ${{ variables.x }}\n'],
        ['[tool]', '[/tool]'],
      ],
      'environment: other\n',
    );
    expect(complaints(text).map((each) => each.split(' ', 2).join(' '))).toEqual([
      'UNKNOWN_NAME recipe.yaml:2:15+7',
      'UNKNOWN_NAME recipe.yaml:8:16+11',
      'INVALID_VALUE recipe.yaml:10:11+5',
      'UNKNOWN_ENVIRONMENT recipe.yaml:11:14+5',
    ]);
  });
});

describe('a script file', () => {
  it.each([
    ['is not a file', undefined],
    ['is larger than 1048576 bytes', 'x'.repeat(1024 * 1024 + 1)],
    ['is not UTF-8 text', Buffer.from([0xff])],
    ['holds a NUL byte', 'a\0b'],
  ])('that %s is refused', (why, content) => {
    const text = recipe([['outputs:', '  - script: build\noutputs:']]);
    const script =
      content === undefined ? { 'projects/tool/build/x': '' } : { 'projects/tool/build': content };
    const all = complaintsAbout({ [file]: text, ...script });
    expect(all).toEqual([expect.stringContaining(`:10:13+5 script build ${why}`)]);
    expect(all[0]).toMatch(/^SCRIPT_UNREADABLE /);
  });

  it('has its own lines in complaints', () => {
    const text = recipe([['outputs:', '  - script: build.sh\noutputs:']]);
    const files = { [file]: text, 'projects/tool/build.sh': '#!/bin/sh\necho ${{ versoin }}\n' };
    expect(complaintsAbout(files)).toEqual([
      'UNKNOWN_NAME projects/tool/build.sh:2:10+7 there is no versoin (did you mean "version"?)',
    ]);
  });
});

describe('an expanded text', () => {
  it('is bounded, however it is doubled', () => {
    const variables = Array.from({ length: 40 }, (_, index) =>
      index === 0
        ? '  v0: abcdefghij'
        : `  v${index}: \${{ variables.v${index - 1} }}\${{ variables.v${index - 1} }}`,
    );
    const text = recipe(
      [['make\n', 'echo ${{ variables.v39 }}\n']],
      `variables:\n${variables.join('\n')}\n`,
    );
    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^EXPRESSION_TOO_LONG recipe\.yaml:29:\d+\+\d+ the expanded text is longer than 1048576 characters/,
      ),
    ]);
  });

  it('is bounded over all texts of a recipe', () => {
    const large = `variables:\n  a: ${'x'.repeat(200_000)}\n  b: \${{ variables.a }}\${{ variables.a }}\${{ variables.a }}\n`;
    const steps = Array.from({ length: 80 }, () => '  - run: ${{ variables.b }}\n').join('');
    expect(complaints(recipe([['outputs:', `${steps}outputs:`]], large))).toContainEqual(
      expect.stringMatching(
        /^EXPRESSION_TOO_LONG \S+ the texts of this recipe are too long in all/,
      ),
    );
  });

  it('is bounded in depth', () => {
    const variables = Array.from(
      { length: 900 },
      (_, index) => `  v${index}: \${{ variables.v${index + 1} }}`,
    );
    const text = recipe(
      [['make\n', 'echo ${{ variables.v0 }}\n']],
      `variables:\n${variables.join('\n')}\n  v900: x\n`,
    );
    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^EXPRESSION_TOO_LONG \S+ variables refer to variables more than 100 times over/,
      ),
    ]);
  });
});
