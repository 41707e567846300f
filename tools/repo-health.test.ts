import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Command } from '../packages/selfsame/src/cli/command.js';
import { globalOptions } from '../packages/selfsame/src/cli/global-options.js';
import { commands } from '../packages/selfsame/src/cli/registry.js';
import { version } from '../packages/selfsame/src/cli/version.js';
import { everyCommand, needs } from '../packages/selfsame/src/doctor/finding.js';
import { errorCodes } from '../packages/selfsame/src/errors/codes.js';
import { repositoryRoot } from './esbuild-options.js';
import { generatedDocs } from './generated-docs.js';
import { longFiles } from './long-files.js';
import { repositoryFiles, textOf } from './repository-files.js';

const files = repositoryFiles();
const sources = files.filter((path) =>
  /^(?:packages\/[^/]+\/src|tools|bench|conformance)\/.*\.(?:ts|js)$/.test(path),
);
const tests = sources.filter((path) => path.endsWith('.test.ts'));
const json = (path: string) =>
  JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as Record<string, unknown>;

/** Every `path: why` that does not hold; an empty list is what tests want to see. */
const linesMatching = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    (textOf(path) ?? '')
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );

describe('names', () => {
  it('of source files and folders are kebab-case', () => {
    const odd = sources.filter((path) => {
      const parts = path.split('/').filter((part) => part !== 'fixtures');
      return !parts.every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*$/.test(part));
    });
    expect(odd).toEqual([]);
  });

  it('index.ts are only at package roots', () => {
    expect(
      sources.filter(
        (path) => basename(path) === 'index.ts' && !/^packages\/[^/]+\/src\/index\.ts$/.test(path),
      ),
    ).toEqual([]);
  });
});

describe('sources', () => {
  it('of tests run all tests', () => {
    expect(
      linesMatching(
        tests,
        /\b(?:it|test|describe)\.(?:(?:only|todo)\b|skip\(\s*['"`][^'"`]*['"`],)/,
      ),
    ).toEqual([]);
  });

  it('name no package registry: mirrors belong to the machine', () => {
    // Written in parts, so that this file names none either.
    const hosts = [
      '(?:deb|ftp[0-9a-z.]*|security|snapshot|archive|httpredir|cdn-[a-z]+)\\.debian\\.' + 'org',
      '(?:archive|security|ports|[a-z]+\\.archive)\\.ubuntu\\.' + 'com',
      'registry\\.npmjs\\.' + 'org',
      'registry\\.yarnpkg\\.' + 'com',
      '(?:files\\.python' + 'hosted|pypi)\\.org',
      'proxy\\.golang\\.' + 'org',
      '(?:static\\.|index\\.)?crates\\.' + 'io',
    ];
    expect(
      linesMatching(files, new RegExp(`(?<![\\w-])(?:${hosts.join('|')})(?![\\w-])`, 'i')),
    ).toEqual([]);
  });

  it('name no path of the machine they were written on', () => {
    const paths = [
      'work/(?:main|shared|\\.library|\\.mirror)',
      'tmp/bash' + '_jobs',
      'Users/[a-z]',
    ];
    expect(linesMatching(files, new RegExp(`(?<![\\w.])/(?:${paths.join('|')})`))).toEqual([]);
  });

  it('are short, or there is a reason', () => {
    const long = sources.filter(
      (path) =>
        (textOf(path) ?? '').split('\n').length - 1 > (path.endsWith('.test.ts') ? 600 : 400),
    );
    expect(long).toEqual(Object.keys(longFiles).sort());
  });
});

describe('packages', () => {
  it('are locked without download addresses', () => {
    const packages = Object.entries(
      json('package-lock.json')['packages'] as Record<
        string,
        { resolved?: string; link?: boolean }
      >,
    );
    expect(
      packages.filter(([, { resolved, link }]) => resolved !== undefined && link !== true),
    ).toEqual([]);
  });

  it('pin their dependencies exactly', () => {
    const loose = files
      .filter((path) => /^(?:packages\/[^/]+\/)?package\.json$/.test(path))
      .flatMap((path) => {
        const { dependencies = {}, devDependencies = {} } = json(path) as Record<
          string,
          Record<string, string>
        >;
        return Object.entries({ ...dependencies, ...devDependencies })
          .filter(([, wanted]) => !/^\d+\.\d+\.\d+$/.test(wanted))
          .map(([name, wanted]) => `${path}: ${name} ${wanted}`);
      });
    expect(loose).toEqual([]);
  });

  it('have the version the program shows', () => {
    expect(json('packages/selfsame/package.json')['version']).toBe(version);
    expect(json('packages/verify/package.json')['version']).toBe(version);
  });

  it('keep the trust core free of dependencies', () => {
    expect(json('packages/verify/package.json')['dependencies'] ?? {}).toEqual({});
  });
});

describe('documents', () => {
  const decisions = files.filter(
    (path) => /^docs\/decisions\/.*\.md$/.test(path) && basename(path) !== 'README.md',
  );

  it('number every decision once', () => {
    const numbers = decisions.map((path) =>
      Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(basename(path))?.[1] ?? Number.NaN),
    );
    expect(
      numbers.filter((number, index) => Number.isNaN(number) || numbers.indexOf(number) !== index),
    ).toEqual([]);
  });

  it('are up to date where they are made from the sources (npm run docs)', async () => {
    for (const [path, text] of await generatedDocs()) {
      expect(
        existsSync(join(repositoryRoot, path)) && textOf(path),
        `${path}: run npm run docs`,
      ).toBe(text);
    }
  });

  it('are found from docs/README.md', () => {
    const index = textOf('docs/README.md') ?? '';
    const lost = files.filter(
      (path) =>
        /^docs\/[^/]+\.md$/.test(path) &&
        path !== 'docs/README.md' &&
        !index.includes(`](${basename(path)})`),
    );
    expect(lost).toEqual([]);
  });

  it('link to what exists', () => {
    const broken = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...(textOf(path) ?? '').matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .map(([, target = '']) => target)
          .filter((target) => !existsSync(join(repositoryRoot, dirname(path), target)))
          .map((target) => `${path}: ${target}`),
      );
    expect(broken).toEqual([]);
  });
});

describe('error codes', () => {
  it('are capitals and say what they mean in a sentence', () => {
    const odd = Object.entries(errorCodes as Record<string, { meaning: string }>).filter(
      ([code, { meaning }]) =>
        !/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(code) ||
        !/^(?:[A-Z`]|selfsame\.|apt ).*\.$/s.test(meaning),
    );
    expect(odd).toEqual([]);
  });

  it('belong to one folder each', () => {
    const seen = sources
      .filter((path) => path.endsWith('/error-codes.ts'))
      .flatMap((path) =>
        [...(textOf(path) ?? '').matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, code]) => code),
      );
    expect(seen.filter((code, index) => seen.indexOf(code) !== index)).toEqual([]);
    expect(seen.length).toBe(Object.keys(errorCodes).length);
  });

  it('are each used, and each tested', () => {
    const used = sources
      .filter((path) => !path.endsWith('.test.ts') && !path.endsWith('/error-codes.ts'))
      .map((path) => textOf(path) ?? '')
      .join('\n');
    const tested = tests.map((path) => textOf(path) ?? '').join('\n');
    const without = (text: string): string[] =>
      Object.keys(errorCodes).filter(
        (code) => !new RegExp(`(?:['"\`.]|/\\^)${code}\\b`).test(text),
      );
    expect({ unused: without(used), untested: without(tested) }).toEqual({
      unused: [],
      untested: [],
    });
  });
});

describe('commands', () => {
  it('are all registered, once', async () => {
    const registered = new Set(commands);
    expect(registered.size).toBe(commands.length);
    const modules = sources.filter(
      (path) => /\/cli\/commands\/[^/]+\.ts$/.test(path) && !path.endsWith('.test.ts'),
    );
    const missing: string[] = [];
    for (const path of modules) {
      const exported = Object.entries(
        (await import(join(repositoryRoot, path))) as Record<string, unknown>,
      );
      for (const [name, value] of exported) {
        if (
          name.endsWith('Command') &&
          typeof value === 'object' &&
          !registered.has(value as Command)
        )
          missing.push(`${path}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    '%s describes itself and shows an example',
    (_name, command) => {
      expect(command.name).toMatch(/^[a-z]+(?: [a-z]+)?$/);
      expect(command.summary).toMatch(/^[a-z].*[^.]$/);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples)
        expect(example.command).toContain(`selfsame ${command.name}`);
      for (const part of [...command.arguments, ...command.options])
        expect(part.description).toMatch(/^\S.*[^.]$/);
    },
  );

  it('that doctor speaks of exist', () => {
    const names = new Set([everyCommand, ...commands.map((command) => command.name)]);
    expect(
      Object.values(needs)
        .flat()
        .filter((name) => !names.has(name)),
    ).toEqual([]);
  });

  it('use no letter twice, and no option that every command has', () => {
    const globals = globalOptions.flatMap(
      ({ flags }) => flags.match(/-[A-Za-z]\b|--[a-z-]+/g) ?? [],
    );
    for (const command of commands) {
      const own = command.options.flatMap(
        ({ flags }) => flags.match(/(?<![\w-])-[A-Za-z]\b|--[a-z][a-z-]*/g) ?? [],
      );
      expect(
        own.filter((flag, index) => own.indexOf(flag) !== index),
        command.name,
      ).toEqual([]);
      expect(
        own.filter((flag) => globals.includes(flag)),
        command.name,
      ).toEqual([]);
    }
  });
});
