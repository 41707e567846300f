import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planBuilds } from '../recipe/plan.js';
import { complaintsOf, makeWorkspace, plainWorkspace } from '../recipe/test-workspace.js';
import { loadWorkspace } from './load-workspace.js';

const outside = mkdtempSync(join(tmpdir(), 'selfsame-outside-'));
afterAll(() => rmSync(outside, { recursive: true, force: true }));

const recipe = (name: string): string =>
  `name: ${name}\nversion: "1"\nsteps: [{ run: make }]\noutputs: [x]\n`;

/** Complaints of loading, and planning everything, with the root left out. */
function complaints(root: string, cwd = root): string[] {
  return complaintsOf(() => planBuilds(loadWorkspace(cwd))).map((each) =>
    each.replaceAll(`${root}/`, ''),
  );
}

describe('loadWorkspace', () => {
  it('finds selfsame.yaml upwards and names files from the working directory', () => {
    const root = makeWorkspace({
      'projects/a/recipe.yaml': recipe('a'),
      'projects/b/recipe.yaml': 'x',
    });
    const workspace = loadWorkspace(join(root, 'projects/a'));
    expect(workspace.root).toBe(root);
    expect(workspace.projectNames).toEqual(['a', 'b']);
    expect(workspace.project('a')?.directory).toBe(join(root, 'projects/a'));
    expect(workspace.project('c')).toBeUndefined();
    expect(complaints(root, join(root, 'projects/a'))[0]).toMatch(
      /^INVALID_VALUE \.\.\/b\/recipe\.yaml:1:1/,
    );
    expect(complaints(root)[0]).toMatch(/^INVALID_VALUE projects\/b\/recipe\.yaml:1:1/);
  });

  it('ignores directories without a recipe, files and hidden directories', () => {
    const root = makeWorkspace({
      'projects/a/recipe.yaml': recipe('a'),
      'projects/common/key.asc': '',
      'projects/README.md': '',
      'projects/.hidden/recipe.yaml': recipe('hidden'),
    });
    expect(loadWorkspace(root).projectNames).toEqual(['a']);
  });

  it('reads environments', () => {
    const root = makeWorkspace({
      'selfsame.yaml':
        'version: 1\nprojects: p/q\nenvironments:\n  a: { debian: bookworm, architecture: arm64, components: [main, contrib], extraSuites: [bookworm-updates] }\n',
      'p/q/x/recipe.yaml': recipe('x'),
    });
    expect([...loadWorkspace(root).environments.values()]).toEqual([
      {
        name: 'a',
        distribution: 'debian',
        suite: 'bookworm',
        architecture: 'arm64',
        components: ['main', 'contrib'],
        extraSuites: ['bookworm-updates'],
        packages: [],
      },
    ]);
  });

  it('says when there is none', () => {
    expect(complaintsOf(() => loadWorkspace(outside))).toEqual([
      `WORKSPACE_NOT_FOUND there is no selfsame.yaml in ${outside} or above it (create one with: selfsame init)`,
    ]);
  });

  it.each([
    ['version: 2\n', 'INVALID_VALUE selfsame.yaml:1:10+1 version must be 1, not the number 2'],
    [
      `${plainWorkspace}project:\n  name: a\n  version: "1"\n  steps: [{ run: x }]\n  outputs: [x]\nprojects: p\n`,
      'INVALID_VALUE selfsame.yaml:9:1+8 a workspace has either project or projects (move the recipe to its own file, or remove projects)',
    ],
    [
      `${plainWorkspace}projects: ../other\n`,
      'INVALID_VALUE selfsame.yaml:4:11+8 projects must be a directory below this file, for example projects',
    ],
    [
      `${plainWorkspace}projects: none\n`,
      'WORKSPACE_EMPTY selfsame.yaml:4:1+8 none does not exist (create NAME/recipe.yaml in it, or describe a single project under project:)',
    ],
    [
      `${plainWorkspace}defaults: { environment: defalt }\n`,
      'UNKNOWN_ENVIRONMENT selfsame.yaml:4:26+6 there is no environment defalt (did you mean "default"?)',
    ],
    [
      'version: 1\nenvironments:\n  a: { debian: Trixie }\n',
      'INVALID_VALUE selfsame.yaml:3:16+6 environments.a.debian must be the name of a suite, for example trixie',
    ],
    [
      'version: 1\nenvironments:\n  a: { debian: trixie, packages: ["${{ target }}"] }\n',
      expect.stringMatching(
        /^INVALID_VALUE selfsame\.yaml:3:35\+15 environments\.a\.packages\[0\] must be a package name/,
      ),
    ],
    [
      'version: 1\nenviroments: {}\n',
      'UNKNOWN_KEY selfsame.yaml:2:1+11 unknown key "enviroments" (did you mean "environments"?)',
    ],
  ])('refuses %j', (text, complaint) => {
    const root = makeWorkspace({ 'selfsame.yaml': text, 'projects/README': '' });
    expect(complaints(root)).toEqual([complaint]);
  });

  it('says when the projects are no directory', () => {
    expect(complaints(makeWorkspace({ projects: '' }))).toEqual([
      'WORKSPACE_UNREADABLE projects cannot be read: ENOTDIR (look at it with: ls -ld projects)',
    ]);
  });

  it('says when there are no projects', () => {
    expect(complaints(makeWorkspace({ 'projects/README': '' }))).toEqual([
      'WORKSPACE_EMPTY selfsame.yaml has no projects (create projects/NAME/recipe.yaml)',
    ]);
  });

  it('refuses directories that cannot be names', () => {
    const root = makeWorkspace({ 'projects/A B/recipe.yaml': recipe('a') });
    expect(complaints(root)).toEqual([
      'PROJECT_NAME "A B" cannot be the name of a project (use lower-case letters, digits and + . -)',
    ]);
  });
});

describe('symbolic links', () => {
  writeFileSync(join(outside, 'recipe.yaml'), recipe('a'));
  writeFileSync(join(outside, 'build.sh'), 'make\n');

  it('inside the workspace are followed', () => {
    const root = makeWorkspace({ 'shared/a/recipe.yaml': recipe('a'), 'projects/README': '' });
    symlinkSync('../shared/a', join(root, 'projects/a'));
    expect(complaints(root)).toEqual([]);
    expect(loadWorkspace(root).project('a')?.directory).toBe(join(root, 'shared/a'));
  });

  it('out of it are refused, wherever they stand', () => {
    const root = makeWorkspace({ 'projects/README': '' });
    symlinkSync(outside, join(root, 'projects/a'));
    expect(complaints(root)).toEqual([
      'WORKSPACE_ESCAPE projects/a is a symbolic link that leads out of the workspace (replace it by a copy of what it points to)',
    ]);
    const file = makeWorkspace({ 'projects/a/README': '' });
    symlinkSync(join(outside, 'recipe.yaml'), join(file, 'projects/a/recipe.yaml'));
    expect(complaints(file)[0]).toMatch(
      /^WORKSPACE_ESCAPE projects\/a\/recipe\.yaml is a symbolic link/,
    );
    const all = makeWorkspace({});
    symlinkSync(outside, join(all, 'projects'));
    expect(complaints(all)[0]).toMatch(
      /^WORKSPACE_ESCAPE selfsame\.yaml:1:1\+7 projects leads out of the workspace/,
    );
    const dangling = makeWorkspace({ 'projects/a/README': '' });
    symlinkSync('nowhere', join(dangling, 'projects/a/recipe.yaml'));
    expect(complaints(dangling)[0]).toMatch(
      /^WORKSPACE_ESCAPE projects\/a\/recipe\.yaml .* nowhere/,
    );
    const script = makeWorkspace({
      'projects/a/recipe.yaml': recipe('a').replace('run: make', 'script: build.sh'),
    });
    symlinkSync(join(outside, 'build.sh'), join(script, 'projects/a/build.sh'));
    expect(complaints(script)[0]).toMatch(
      /^SCRIPT_UNREADABLE projects\/a\/recipe\.yaml:3:19\+8 script build\.sh is outside/,
    );
  });
});

describe('files that are no text', () => {
  it.each([
    ['a directory', (path: string) => mkdirSync(path), 'it is not a file'],
    ['a named pipe', (path: string) => execFileSync('mkfifo', [path]), 'it is not a file'],
    [
      'binary',
      (path: string) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0])),
      'it is not UTF-8 text',
      'save it as UTF-8',
    ],
    [
      'huge',
      (path: string) => writeFileSync(path, '#'.repeat(1024 * 1024 + 1)),
      'it is larger than 1048576 bytes',
    ],
  ])('%s', (_, make, why, hint = 'look at it with: ls -l projects/a/recipe.yaml') => {
    const root = makeWorkspace({ 'projects/a/README': '' });
    make(join(root, 'projects/a/recipe.yaml'));
    expect(complaints(root)).toEqual([
      `WORKSPACE_UNREADABLE projects/a/recipe.yaml cannot be read: ${why} (${hint})`,
    ]);
  });
});
