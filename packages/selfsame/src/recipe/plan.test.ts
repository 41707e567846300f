import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadWorkspace } from '../workspace/load-workspace.js';
import { orderByNeeds } from './order.js';
import { planBuilds } from './plan.js';
import { complaintsAbout, complaintsOf, makeWorkspace, planOf } from './test-workspace.js';
import type { PlannedBuild } from './types.js';

function recipe(name: string, rest = ''): Record<string, string> {
  const text = `name: ${name}\nversion: "1"\nsteps: [{ run: make }]\noutputs: [${name}]\n${rest}`;
  return { [`projects/${name}/recipe.yaml`]: text };
}

function only(files: Record<string, string>, key: string): PlannedBuild {
  const build = planOf(files, { projects: [key] }).builds.get(key);
  if (build === undefined) throw new Error(`${key} was not planned`);
  return build;
}

describe('planBuilds', () => {
  it('orders builds after what they need, ties by name', () => {
    const files = {
      ...recipe('a', 'needs: [z]\n'),
      ...recipe('b'),
      ...recipe('c', 'needs: [a, z]\n'),
      ...recipe('z'),
    };
    expect(planOf(files).order).toEqual(['b@default', 'z@default', 'a@default', 'c@default']);
    expect([...planOf(files).builds.keys()]).toEqual(planOf(files).order);
  });

  it('plans a selection with what it needs, and reads nothing else', () => {
    const files = { ...recipe('a', 'needs: [b]\n'), ...recipe('b'), ...recipe('broken', 'x: y\n') };
    expect(planOf(files, { projects: ['a'] }).order).toEqual(['b@default', 'a@default']);
    expect(complaintsAbout(files)).toHaveLength(1);
  });

  it('fills every field', () => {
    const build = only(
      {
        'selfsame.yaml': `version: 1
environments: { base: { debian: trixie, packages: [make, gcc, make] } }
defaults: { environment: base, cpus: 2, limits: { time: 5m, disk: 1G }, variables: { a: workspace, b: workspace } }
`,
        'projects/tool/recipe.yaml': `name: tool
version: \${{ variables.upstream | strip-prefix("v") }}
variables: { upstream: v1.2, b: recipe, c: recipe }
packages: ["lib\${{ version | major }}-dev"]
targets:
  plain:
  debug: { variables: { c: target }, limits: { memory: 1G, time: 10m }, memoryShown: 2G, outputs: [x, "tool-*"], determinism: none }
inputs:
  source: { url: { urls: ["https://example.org/\${{ project }}-\${{ version }}.tar.gz"], sha256: ${'ab'.repeat(32)} } }
  patch: { file: fix.patch, at: work/fix.patch, only: [debug] }
steps:
  - run: |
      echo \${{ variables.a }} \${{ variables.b }} \${{ variables.c }} -j\${{ jobs }} $HOME
      tar -xf \${{ inputs.source.file }}
  - { name: extra, script: extra.sh, shell: bash, only: [debug] }
  - { name: other, run: "false", only: [plain] }
outputs: [tool]
sourceDateEpoch: 1000
`,
        'projects/tool/extra.sh': 'echo ${{ target }} ${{ inputs.patch.path }}\n',
      },
      'tool@debug',
    );
    expect(build).toEqual({
      key: 'tool@debug',
      project: 'tool',
      version: '1.2',
      target: 'debug',
      recipeFile: expect.stringMatching(/\/projects\/tool\/recipe\.yaml$/),
      environment: {
        name: '@tool@debug',
        distribution: 'debian',
        suite: 'trixie',
        architecture: 'amd64',
        components: ['main'],
        extraSuites: [],
        packages: ['gcc', 'lib1-dev', 'make'],
      },
      determinism: 'none',
      inputs: [
        {
          name: 'patch',
          spec: { kind: 'file', path: 'fix.patch', unpack: false },
          at: 'work/fix.patch',
        },
        {
          name: 'source',
          spec: {
            kind: 'url',
            urls: ['https://example.org/tool-1.2.tar.gz'],
            sha256: 'ab'.repeat(32),
            unpack: false,
          },
          at: undefined,
        },
      ],
      needs: [],
      steps: [
        {
          name: 'step-1',
          shell: 'sh',
          script:
            'echo workspace recipe target -j2 $HOME\ntar -xf /build/inputs/source/tool-1.2.tar.gz\n',
        },
        { name: 'extra', shell: 'bash', script: 'echo debug /build/inputs/patch\n' },
      ],
      outputs: ['tool-*', 'x'],
      limits: {
        wallSeconds: 600,
        memoryBytes: 1024 ** 3,
        processes: 4096,
        diskBytes: 1024 ** 3,
        outputBytes: 64 * 1024 ** 2,
      },
      cpus: 2,
      memoryShown: 2 * 1024 ** 3,
      sourceDateEpoch: 1000,
    });
  });

  it('plans a single project that stands in selfsame.yaml, with places there', () => {
    const yaml = (rest: string): Record<string, string> => ({
      'selfsame.yaml': `version: 1\nproject:\n  name: solo\n  version: "1"\n  environment: { debian: trixie, packages: [make] }\n  steps: [{ run: make }]\n  outputs: [x]\n${rest}`,
    });
    expect(planOf(yaml('')).builds.get('solo@default')?.environment).toMatchObject({
      name: '@solo',
      packages: ['make'],
    });
    expect(complaintsAbout(yaml('  needs: [zlib]\n'))).toEqual([
      expect.stringMatching(/^UNKNOWN_PROJECT \S*selfsame\.yaml:8:11\+4 there is no project zlib/),
    ]);
    expect(complaintsAbout(yaml('  packages: ["${{ x }}"]\n'))).toEqual([
      expect.stringMatching(/^UNKNOWN_NAME \S*selfsame\.yaml:8:19\+1 there is no x/),
    ]);
  });

  it('is the same from anywhere', () => {
    const files = { ...recipe('a', 'needs: [b]\n'), ...recipe('b') };
    const strip = (root: string, from: string): string =>
      JSON.stringify([...planBuilds(loadWorkspace(join(root, from))).builds.values()]).replaceAll(
        root,
        '',
      );
    const [one, two] = [makeWorkspace(files), makeWorkspace(files)];
    expect(strip(one, '.')).toBe(strip(two, 'projects/b'));
  });
});

describe('the file of an input', () => {
  it.each([
    ['{ file: src/main.c }', 'main.c'],
    ['{ url: { urls: ["https://example.org/a%2B1.tar.gz?x"] } }', 'a+1.tar.gz'],
    ['{ url: { urls: ["https://example.org/get?x"], fileName: x.tar } }', 'x.tar'],
    ['{ npm: { package: "@scope/name", version: 1.0.0 } }', 'scope-name-1.0.0.tgz'],
  ])('%s is %s', (input, name) => {
    const text = 'name: a\nversion: "1"\nsteps: [{ run: "${{ inputs.i.file }}" }]\noutputs: [x]\n';
    const build = only(
      { 'projects/a/recipe.yaml': `${text}inputs: { i: ${input} }\n` },
      'a@default',
    );
    expect(build.steps[0]?.script).toBe(`/build/inputs/i/${name}`);
  });

  it('is refused for directories', () => {
    const text = 'name: a\nversion: "1"\nsteps: [{ run: "${{ inputs.i.file }}" }]\noutputs: [x]\n';
    for (const input of [
      '{ file: src }',
      '{ file: x.zip, unpack: true }',
      '{ debian-source: { package: xx, version: "1" } }',
    ]) {
      const files = {
        'projects/a/recipe.yaml': `${text}inputs: { i: ${input} }\n`,
        'projects/a/src/x': '',
      };
      expect(complaintsAbout(files)).toEqual([
        expect.stringMatching(/^EXPRESSION_FAILED \S+:3:21\+13 input i is a directory/),
      ]);
    }
  });
});

describe('environments', () => {
  it('of a recipe have a name of their own for each set of packages', () => {
    const files = {
      ...recipe('plain'),
      ...recipe('more', 'packages: [cmake]\n'),
      ...recipe('varied', 'packages: ["${{ target }}-dev"]\ntargets: { default: {}, x1: {} }\n'),
      ...recipe('target', 'targets: { default: {}, big: { packages: [cmake] } }\n'),
    };
    const environments = (key: string): unknown => {
      const { name, packages } = only(files, key).environment;
      return [name, packages];
    };
    expect(environments('plain@default')).toEqual(['default', ['gcc', 'make']]);
    expect(environments('more@default')).toEqual(['@more', ['cmake', 'gcc', 'make']]);
    expect(environments('varied@x1')).toEqual(['@varied@x1', ['gcc', 'make', 'x1-dev']]);
    expect(environments('target@default')).toEqual(['default', ['gcc', 'make']]);
    expect(environments('target@big')).toEqual(['@target@big', ['cmake', 'gcc', 'make']]);
  });
});

describe('targets', () => {
  const files = {
    ...recipe('lib', 'targets: { default: {}, debug: {} }\n'),
    ...recipe('plain'),
    ...recipe('app', 'targets: { debug: {}, release: {} }\nneeds: [lib, plain]\n'),
  };

  it('are default where there is one, else all', () => {
    expect(planOf(files, { projects: ['lib'] }).order).toEqual(['lib@default']);
    expect(planOf(files, { projects: ['app'] }).order).toEqual([
      'lib@debug',
      'lib@default',
      'plain@default',
      'app@debug',
      'app@release',
    ]);
  });

  it('can be chosen for all projects, for one, and per project', () => {
    expect(planOf(files, { target: 'debug' }).order).toEqual([
      'lib@debug',
      'plain@default',
      'app@debug',
    ]);
    expect(planOf(files, { projects: ['lib'], target: 'debug' }).order).toEqual(['lib@debug']);
    expect(planOf(files, { projects: ['lib@debug', 'plain'] }).order).toEqual([
      'lib@debug',
      'plain@default',
    ]);
  });

  it.each([
    [
      { projects: ['app'], target: 'debg' },
      'UNKNOWN_TARGET app has no target debg (did you mean "debug"?)',
    ],
    [{ projects: ['plain@x'] }, 'UNKNOWN_TARGET plain has no target x (its targets are: default)'],
    [
      { target: 'relase' },
      'UNKNOWN_TARGET no project has a target relase (did you mean "release"?)',
    ],
    [{ projects: ['pain'] }, 'UNKNOWN_PROJECT there is no project pain (did you mean "plain"?)'],
  ])('%j is refused', (selection, complaint) => {
    expect(complaintsAbout(files, selection)).toEqual([complaint]);
  });
});

describe('needs', () => {
  it('mean the same target, else default, else what they say', () => {
    const files = {
      ...recipe('lib', 'targets: { debug: {}, default: {} }\n'),
      ...recipe(
        'app',
        'targets: { debug: {}, fast: {} }\nneeds: [lib, { project: lib, target: debug, as: lib-debug }, { project: lib, as: extra, only: [fast] }]\n',
      ),
    };
    expect(only(files, 'app@debug').needs).toEqual([
      { name: 'lib', build: 'lib@debug' },
      { name: 'lib-debug', build: 'lib@debug' },
    ]);
    expect(only(files, 'app@fast').needs).toEqual([
      { name: 'extra', build: 'lib@default' },
      { name: 'lib', build: 'lib@default' },
      { name: 'lib-debug', build: 'lib@debug' },
    ]);
  });

  it('say which target they cannot find', () => {
    const files = (needs: string): Record<string, string> => ({
      ...recipe('lib', 'targets: { debug: {}, fast: {} }\n'),
      ...recipe('app', `needs: ${needs}\n`),
    });
    const complaints = (needs: string): string[] =>
      complaintsAbout(files(needs), { projects: ['app'] }).map((each) =>
        each.replace(/\S*recipe\.yaml/, ''),
      );
    expect(complaints('[lib]')).toEqual([
      'NEED_TARGET :5:9+3 lib has no target default (say which of debug, fast: { project: lib, target: … })',
    ]);
    expect(complaints('[{ project: lib, target: dbug }]')).toEqual([
      'UNKNOWN_TARGET :5:33+4 lib has no target dbug (did you mean "debug"?)',
    ]);
    expect(complaints('[{ project: lib, target: debug }, { project: lib, target: fast }]')).toEqual(
      ['DUPLICATE_NAME :5:53+3 two needs are named lib (tell them apart with as: …)'],
    );
  });

  it('in a circle are named in full, with places', () => {
    const files = {
      ...recipe('a', 'needs: [b]\n'),
      ...recipe('b', 'needs:\n  - x\n  - c\n'),
      ...recipe('c', 'needs: [{ project: a }]\n'),
      ...recipe('x'),
      ...recipe('user', 'needs: [a]\n'),
    };
    expect(complaintsAbout(files).map((each) => each.replaceAll(/\S*projects\//g, ''))).toEqual([
      'NEED_CYCLE a/recipe.yaml:5:9+1 projects need each other in a circle: a@default → b@default → c@default → a@default (remove one of these needs: a@default at a/recipe.yaml:5, b@default at b/recipe.yaml:7, c@default at c/recipe.yaml:5)',
    ]);
  });

  it('between targets of one project are fine', () => {
    const files = recipe(
      'self',
      'targets: { stage1: {}, stage2: {} }\nneeds: [{ project: self, target: stage1, only: [stage2] }]\n',
    );
    expect(planOf(files).order).toEqual(['self@stage1', 'self@stage2']);
  });
});

describe('complaints about many files', () => {
  it('are reported together, and capped', () => {
    const many = Object.assign(
      {},
      ...Array.from({ length: 60 }, (_, index) => recipe(`p${index + 10}`, 'x: 1\n')),
    ) as Record<string, string>;
    const complaints = complaintsAbout(many);
    expect(complaints).toHaveLength(51);
    expect(complaints[0]).toMatch(
      /^UNKNOWN_KEY \S*projects\/p10\/recipe\.yaml:5:1\+1 unknown key "x"/,
    );
    expect(complaints[50]).toBe('MORE_ERRORS 10 more problems are not shown (correct these first)');
  });
});

describe('orderByNeeds', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }).map((edges) => {
      const needs = new Map<string, string[]>();
      for (let index = 0; index < size; index++) needs.set(String.fromCharCode(97 + index), []);
      for (const [from, to] of edges)
        needs.get(String.fromCharCode(97 + from))?.push(String.fromCharCode(97 + to));
      return needs;
    }),
  );

  it('gives a valid order or a real circle, whatever the order of insertion', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const result = orderByNeeds(needs);
        expect(orderByNeeds(new Map([...needs].reverse()))).toEqual(result);
        if (result.ok) {
          expect([...result.order].sort()).toEqual([...needs.keys()].sort());
          for (const [key, needed] of needs) {
            for (const other of needed)
              expect(result.order.indexOf(other)).toBeLessThan(result.order.indexOf(key));
          }
        } else {
          expect(new Set(result.cycle).size).toBe(result.cycle.length);
          for (const [at, key] of result.cycle.entries()) {
            expect(needs.get(key)).toContain(result.cycle[(at + 1) % result.cycle.length]);
          }
        }
      }),
    );
  });

  it('prefers the smallest that is ready', () => {
    expect(
      orderByNeeds(
        new Map([
          ['b', []],
          ['a', ['c']],
          ['c', []],
        ]),
      ),
    ).toEqual({ ok: true, order: ['b', 'c', 'a'] });
  });
});

it('complaintsOf lets other errors through', () => {
  expect(() =>
    complaintsOf(() => {
      throw new RangeError('x');
    }),
  ).toThrow(RangeError);
});
