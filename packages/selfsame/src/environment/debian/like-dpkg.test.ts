import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../download/testing.js';
import { sandboxesWork } from '../../sandbox/test-environment.js';
import { runInUserNamespace } from '../../sandbox/user-namespace.js';
import { makeLayer } from '../layers/layer.js';
import type { Layer } from '../layers/layer.js';
import { scanTree } from '../layers/tree-program.js';
import { hasDpkg, makeDeb } from '../testing.js';
import type { DebContents } from '../testing.js';
import { compose, unpackOrder } from './compose.js';
import type { Composition } from './compose.js';
import { databaseFiles } from './dpkg-database.js';
import { emptyDpkgState, parseDiversions, readDpkgState } from './dpkg-state.js';
import type { DpkgState } from './dpkg-state.js';

/** What real dpkg makes of packages, unpacked in our order: its tree below the root, and its database. */
interface Unpacked {
  readonly exitCode: number | null;
  readonly tree: readonly string[];
  readonly state: DpkgState;
  readonly lists: ReadonlyMap<string, string>;
}

async function compareWithDpkg(packages: readonly DebContents[], diversions = ''): Promise<void> {
  await using context = await testContext();
  const layers: Layer[] = [];
  const files = new Map<string, string>();
  for (const contents of packages) {
    // A file of its own: dpkg forgets a package that lost all its files, and no archive has such sets.
    const own = { [`usr/share/doc/${contents.name}/copyright`]: '' };
    const { file, ...locked } = makeDeb(context.directory, {
      ...contents,
      files: { ...own, ...contents.files },
    });
    await context.store.putFile(file, { expected: locked.sha256 });
    layers.push(await makeLayer(locked, context));
    files.set(locked.name, file);
  }
  const root = join(context.directory, 'root');
  const real = await dpkgUnpack(
    root,
    unpackOrder(layers).map(({ name }) => files.get(name) ?? ''),
    diversions,
    context.signal,
  );
  const state = { ...emptyDpkgState, diversions: parseDiversions(diversions) };
  let ours: Composition;
  try {
    ours = compose({
      base: new Map(),
      state,
      layers,
      epoch: 2 ** 32,
      ownerInBase: () => undefined,
    });
  } catch (error) {
    expect(error).toMatchObject({ code: 'PACKAGES_COLLIDE' });
    expect(real.exitCode).not.toBe(0);
    return;
  }
  expect(real.exitCode).toBe(0);
  expect(treeOf(ours, layers)).toEqual(real.tree);
  const written = new Map(
    databaseFiles(layers, ours, state).flatMap((file) =>
      'content' in file ? [[file.path, file.content]] : [],
    ),
  );
  for (const [name, list] of real.lists) {
    const lines = (text: string) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .sort();
    expect(lines(written.get(`var/lib/dpkg/info/${name}.list`) ?? ''), name).toEqual(lines(list));
  }
  const triggers = (written.get('var/lib/dpkg/triggers/File') ?? '')
    .split('\n')
    .filter((line) => line !== '');
  expect(triggers.sort()).toEqual(
    real.state.fileTriggers.map(({ path, who }) => `${path} ${who}`).sort(),
  );
  expect(namedTriggers(written)).toEqual(new Map(real.state.namedTriggers));
  expect(statusFields(written.get('var/lib/dpkg/status') ?? '')).toEqual(
    statusFields(real.state.status),
  );
}

async function dpkgUnpack(
  root: string,
  files: readonly string[],
  diversions: string,
  signal: AbortSignal,
): Promise<Unpacked> {
  const admin = join(root, 'var/lib/dpkg');
  for (const name of ['info', 'updates', 'triggers', 'parts'])
    mkdirSync(join(admin, name), { recursive: true });
  writeFileSync(join(admin, 'status'), '');
  writeFileSync(join(admin, 'diversions'), diversions);
  const argv = [
    'dpkg',
    `--root=${root}`,
    '--force-unsafe-io',
    '--force-depends',
    '--log=/dev/null',
    '--unpack',
    ...files,
  ] as const;
  const { exitCode } = await runInUserNamespace(['chown', '-R', '0:0', root], { signal });
  expect(exitCode).toBe(0);
  const result = await runInUserNamespace(argv, { signal });
  const state = await readDpkgState(root);
  const tree = (await scanTree(root, signal))
    .filter(({ path }) => path !== 'var' && path !== 'var/lib' && !path.startsWith('var/lib/dpkg'))
    .map((entry) => {
      const content =
        entry.type === 'file' ? entry.sha256 : entry.type === 'symlink' ? entry.target : '';
      return describe_(entry.path, entry.type, entry.type === 'symlink' ? 0 : entry.mode, content);
    });
  const lists = new Map(
    state.infoNames.map((name) => [
      name,
      readFileSync(join(admin, 'info', `${name}.list`), 'utf8'),
    ]),
  );
  return { exitCode: result.exitCode, tree: tree.sort(), state, lists };
}

/** dpkg puts conffiles beside until they are configured; we put them where they will be. */
function treeOf(ours: Composition, layers: readonly Layer[]): string[] {
  const conffiles = new Set(layers.flatMap(({ conffiles: own }) => own.map(([path]) => path)));
  return [...ours.tree.values()]
    .map((entry) => {
      const path = conffiles.has(`/${entry.path}`) ? `${entry.path}.dpkg-new` : entry.path;
      const content =
        entry.type === 'file' ? entry.sha256 : entry.type === 'symlink' ? entry.target : '';
      return describe_(path, entry.type, entry.type === 'symlink' ? 0 : entry.mode, content);
    })
    .sort();
}

function describe_(path: string, type: string, mode: number, content: string): string {
  return `${path} ${type} ${mode.toString(8)} ${content}`;
}

function namedTriggers(written: ReadonlyMap<string, string>): Map<string, string> {
  const prefix = 'var/lib/dpkg/triggers/';
  return new Map(
    [...written]
      .filter(([path]) => path.startsWith(prefix) && !/\/(?:File|Unincorp)$/u.test(path))
      .map(([path, content]) => [path.slice(prefix.length), content]),
  );
}

/** By package, without the hashes of conffiles, which dpkg fills in when it configures. */
function statusFields(status: string): string[][] {
  return status
    .split('\n\n')
    .map((stanza) =>
      stanza
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('Triggers-'))
        .map((line) => line.replace(/^( \/\S+) (?:newconffile|[0-9a-f]{32})/u, '$1'))
        .sort(),
    )
    .filter((lines) => lines.length > 0)
    .sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

describe.runIf(hasDpkg && sandboxesWork)('unpacking as dpkg does', () => {
  it('makes the same tree and database of conffiles, triggers, links and shared directories', async () => {
    await compareWithDpkg([
      {
        name: 'base-files',
        files: { 'usr/bin/': '', 'usr/lib/': '', bin: 'link:usr/bin', 'etc/issue': 'Debian\n' },
        control: { conffiles: '/etc/issue\nremove-on-upgrade /etc/issue.old\n' },
      },
      {
        name: 'shells',
        fields: ['Multi-Arch: same'],
        files: { 'usr/share/shells.d/own': 'x', 'bin/sh': '#!/bin/sh\n' },
        control: {
          triggers: 'interest-noawait /usr/share/shells.d\ninterest shells-named\n',
          postinst: '#!/bin/sh\n',
        },
      },
      { name: 'zsh', files: { 'usr/share/shells.d/zsh': 'y', 'usr/bin/zsh': '#!/bin/sh\n' } },
    ]);
  });

  it('replaces and diverts as it does', async () => {
    await compareWithDpkg(
      [
        { name: 'a', files: { 'usr/x': 'a', 'usr/sh': 'a' } },
        { name: 'b', fields: ['Replaces: a (<< 2)'], files: { 'usr/x': 'b' } },
        { name: 'c', files: { 'usr/sh': 'c' } },
      ],
      '/usr/sh\n/usr/sh.distrib\nc\n',
    );
  });

  it('agrees with dpkg on random packages, also on which collide', async () => {
    const place = fc.constantFrom(
      'usr/a',
      'usr/b',
      'usr/d/',
      'usr/d/x',
      'usr/d/e/y',
      'opt/l',
      'opt/m',
    );
    // No absolute links: with --root, dpkg looks for their targets on the host.
    const content = fc.constantFrom('one', 'two', 'link:d', 'link:../usr/d', 'link:nowhere');
    const files = fc.dictionary(place, content, { minKeys: 1, maxKeys: 4 }).map((wanted) =>
      Object.fromEntries(
        Object.entries(wanted)
          // A file cannot be below what the same package makes a link or file.
          .filter(
            ([path]) =>
              !Object.keys(wanted).some(
                (other) =>
                  other !== path &&
                  path.startsWith(`${other.replace(/\/$/u, '')}/`) &&
                  !other.endsWith('/'),
              ),
          )
          .map(([path, text]) => [
            path,
            path.endsWith('/') || path.includes('/d/') ? text.replace(/^link:.*/u, 'file') : text,
          ]),
      ),
    );
    const packages = fc.tuple(files, files, files, fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(packages, async ([first, second, third, yields, takes]) => {
        await compareWithDpkg([
          { name: 'aa', files: first },
          { name: 'bb', files: second, fields: takes ? ['Replaces: aa, cc'] : [] },
          { name: 'cc', files: third, fields: yields ? ['Replaces: aa'] : [] },
        ]);
      }),
      { numRuns: 12 },
    );
  });
});
