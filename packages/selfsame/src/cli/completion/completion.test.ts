import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainStyle } from '../../text/style.js';
import type { Command } from '../command.js';
import { createProgram } from '../program.js';
import { testCommand } from '../testing.js';
import { complete, type Completion } from './candidates.js';
import { completionLines } from './complete.js';
import { completionScripts } from './scripts.js';
import { namesOfWorkspace } from './workspace-names.js';

const nothing = { exitCode: 0, data: null, text: [] } as const;
const commands: readonly Command[] = [
  testCommand(() => nothing, {
    name: 'build',
    arguments: [{ syntax: '[projects...]', description: 'what', complete: 'projects' }],
    options: [
      { flags: '--jobs <n>', description: 'at once' },
      { flags: '--level <level>', description: 'level', choices: ['none', 'fixed'] },
      { flags: '--out <file>', description: 'where' },
    ],
  }),
  testCommand(() => nothing, {
    name: 'lock',
    arguments: [{ syntax: '[environment]', description: 'which', complete: 'environments' }],
  }),
  testCommand(() => nothing, { name: 'store gc', arguments: [] }),
  testCommand(() => nothing, { name: 'store verify', arguments: [] }),
  testCommand(() => nothing, {
    name: 'load',
    arguments: [{ syntax: '<file>', description: 'f', complete: 'files' }],
  }),
];

async function at(...words: string[]): Promise<Completion> {
  const program = createProgram({ commands, groups: {}, columns: 80, style: plainStyle });
  return complete(words, program, commands, (what) =>
    Promise.resolve(what === 'projects' ? ['pigz', 'zlib'] : ['default', 'old']),
  );
}

async function values(...words: string[]): Promise<string[]> {
  const { candidates, files } = await at(...words);
  return [...candidates.map(({ value }) => value), ...(files ? [':files'] : [])];
}

describe('complete', () => {
  it('offers commands and subcommands', async () => {
    expect(await values('')).toEqual(['build', 'lock', 'store', 'load']);
    expect(await values('st')).toEqual(['store']);
    expect(await values('store', '')).toEqual(['gc', 'verify']);
    expect(await values('store', 'v')).toEqual(['verify']);
  });

  it('offers options of the command, and those every command has', async () => {
    expect(await values('build', '--j')).toEqual(['--jobs', '--json']);
    expect(await values('build', 'zlib', '--of')).toEqual(['--offline']);
    expect(await values('store', 'gc', '--js')).toEqual(['--json']);
  });

  it('offers the choices of an option, in both spellings', async () => {
    expect(await values('build', '--level', '')).toEqual(['none', 'fixed']);
    expect(await values('build', '--level', 'f')).toEqual(['fixed']);
    expect(await values('build', '--level=n')).toEqual(['--level=none']);
  });

  it('leaves files to the shell, and numbers to the person', async () => {
    expect(await values('build', '--out', '')).toEqual([':files']);
    expect(await values('load', '')).toEqual([':files']);
    expect(await values('build', '--jobs', '')).toEqual([]);
  });

  it('offers names of the workspace, as many as the command takes', async () => {
    expect(await values('build', '')).toEqual(['pigz', 'zlib']);
    expect(await values('build', '--jobs', '2', 'zlib', 'p')).toEqual(['pigz']);
    expect(await values('lock', '')).toEqual(['default', 'old']);
    expect(await values('lock', 'default', '')).toEqual([]);
    expect(await values('build', '--', '--level', 'z')).toEqual(['zlib']);
  });
});

describe('names of the workspace', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'selfsame-completion-'));
    await writeFile(join(root, 'selfsame.yaml'), 'environments:\n  old: {}\n  default: {}\n');
    for (const name of ['zlib', 'pigz', '.hidden', 'bad; name']) {
      await mkdir(join(root, 'projects', name), { recursive: true });
    }
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('are found from below its root', async () => {
    const names = namesOfWorkspace(join(root, 'projects/zlib'));
    expect(await names('environments')).toEqual(['default', 'old']);
    expect(await names('projects')).toEqual(['bad; name', 'pigz', 'zlib']);
  });

  it('are none outside of one or in a broken one', async () => {
    expect(await namesOfWorkspace(tmpdir())('projects')).toEqual([]);
    const broken = join(root, 'projects/zlib');
    await writeFile(join(broken, 'selfsame.yaml'), 'environments: [');
    expect(await namesOfWorkspace(broken)('environments')).toEqual([]);
    await rm(join(broken, 'selfsame.yaml'));
  });

  it('that a shell could read as something else are not offered', async () => {
    expect(await completionLines(['build', ''], { commands, groups: {}, cwd: root })).toEqual([
      'pigz\t',
      'zlib\t',
    ]);
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('completion scripts', () => {
  // A stand-in for selfsame that remembers the words and answers with what the test prepared.
  let place: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'selfsame-scripts-'));
    const program = join(place, 'selfsame');
    await writeFile(
      program,
      `#!/bin/sh\nprintf '<%s>' "$@" > '${place}/words'\ncat '${place}/answer'\n`,
    );
    await chmod(program, 0o755);
    for (const [shell, script] of Object.entries(completionScripts))
      await writeFile(join(place, shell), script);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  async function ask(
    shell: string,
    args: readonly string[],
    answer: string,
  ): Promise<{ shown: string; words: string }> {
    await writeFile(join(place, 'answer'), answer);
    const { stdout, stderr, status } = spawnSync(shell, args, {
      cwd: place,
      encoding: 'utf8',
      timeout: 200_000,
      env: { PATH: `${place}:${process.env['PATH'] ?? ''}`, HOME: place, LC_ALL: 'C' },
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return { shown: stdout.trimEnd(), words: await readFile(join(place, 'words'), 'utf8') };
  }

  /** What bash does when a person presses the tab key at the end of `line`. */
  const bash = (line: string, answer: string) => {
    const press = `
      source ./bash
      COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=() COMP_CWORD=0
      COMP_WORDBREAKS=$' \\t\\n=:'
      read -r -a parts <<< "\${1//=/ = }"
      COMP_WORDS=("\${parts[@]}")
      [[ $1 == *[[:space:]=] ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      compopt() { printf 'compopt %s %s\\n' "$@"; }
      _selfsame
      printf '%s\\n' "\${COMPREPLY[@]}"
    `;
    return ask('bash', ['--norc', '--noprofile', '-c', press, 'bash', line], answer);
  };

  it.skipIf(!has('bash'))('work in bash', async () => {
    expect(await bash('selfsame build z', 'zlib\tcompression\nzstd\t\n')).toEqual({
      shown: 'zlib\nzstd',
      words: '<__complete><--><build><z>',
    });
    expect((await bash('selfsame build ', 'zlib\t\n')).words).toBe('<__complete><--><build><>');
    expect((await bash('selfsame load ', ':files\n')).shown).toContain('compopt -o default');
    // bash has split the word at =, and replaces only what is behind it.
    expect(await bash('selfsame build --level=n', '--level=none\t\n')).toEqual({
      shown: 'none',
      words: '<__complete><--><build><--level=n>',
    });
  });

  it.skipIf(!has('zsh'))('work in zsh', async () => {
    const press = `
      compdef() { :; }
      source ./zsh
      _describe() { print -rl -- "\${(@P)@[-1]}"; }
      _files() { print files; }
      words=(selfsame build z) CURRENT=3
      _selfsame
    `;
    expect(await ask('zsh', ['-f', '-c', press], 'zlib\tcompression\na:b\tcolon\n')).toEqual({
      shown: 'zlib:compression\na\\:b:colon',
      words: '<__complete><--><build><z>',
    });
    expect((await ask('zsh', ['-f', '-c', press], ':files\n')).shown).toBe('files');
  });

  it.skipIf(!has('fish'))('work in fish', async () => {
    const press = 'source ./fish; complete -C "selfsame build z"';
    expect(await ask('fish', ['--no-config', '-c', press], 'zlib\tcompression\nzstd\t\n')).toEqual({
      shown: 'zlib\tcompression\nzstd',
      words: '<__complete><--><build><z>',
    });
  });
});
