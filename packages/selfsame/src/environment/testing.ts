import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseDeb822 } from '../download/deb822.js';
import type { Layer } from './layers/layer.js';
import type { OwnedEntry } from './layers/tree-entry.js';
import type { LockedPackage } from './types.js';

/** For tests only: a package that exists in memory. Paths ending in `/` are directories, `a -> b` are links. */
export function fakeLayer(
  name: string,
  paths: readonly string[],
  more: {
    readonly version?: string;
    readonly fields?: Readonly<Record<string, string>>;
    readonly control?: readonly string[];
    readonly conffiles?: readonly string[];
    readonly triggers?: readonly string[];
    readonly time?: number;
  } = {},
): Layer {
  const { version = '1.0', fields = {}, control = [], conffiles = [], triggers = [] } = more;
  const all = { package: name, version, architecture: 'amd64', ...fields };
  return {
    sha256: createHash('sha256').update(name).digest('hex'),
    path: `/layers/${name}`,
    name,
    version,
    architecture: 'amd64',
    fields: new Map(Object.entries(all)),
    control: `${Object.entries(all)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('')}`,
    controlFiles: control.map((file) => ({
      name: file,
      mode: 0o755,
      time: 1,
      size: 1,
      sha256: '',
    })),
    conffiles: conffiles.map((path) => [path, 'md5'] as const),
    hasPreinst: control.includes('preinst'),
    triggers,
    entries: paths.map((path): OwnedEntry => {
      const [link = '', target] = path.split(' -> ');
      if (target !== undefined) {
        return { type: 'symlink', path: link, uid: 0, gid: 0, time: more.time ?? 5, target };
      }
      if (path.endsWith('/')) {
        return { type: 'directory', path: path.slice(0, -1), mode: 0o755, uid: 0, gid: 0 };
      }
      const sha256 = createHash('sha256').update(`${name} ${path}`).digest('hex');
      return {
        type: 'file',
        path,
        mode: 0o644,
        uid: 0,
        gid: 0,
        time: more.time ?? 5,
        size: 1,
        sha256,
      };
    }),
  };
}

/** For tests only: what to put into a real .deb. */
export interface DebContents {
  readonly name: string;
  readonly version?: string;
  /** More lines of the control file. */
  readonly fields?: readonly string[];
  /** Content by path; `link:TARGET` makes a symbolic link; paths ending in `/` are directories. */
  readonly files?: Readonly<Record<string, string>>;
  /** Control files by name; scripts get their bit by having a `#!`. */
  readonly control?: Readonly<Record<string, string>>;
}

/** For tests only: makes a .deb with dpkg-deb, and what a lock says of it. */
export function makeDeb(
  directory: string,
  contents: DebContents,
): LockedPackage & { file: string } {
  const { name, version = '1.0', fields = [], files = {}, control = {} } = contents;
  const root = join(directory, `${name}.root`);
  const write = (path: string, text: string): void => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
    if (path.endsWith('/')) mkdirSync(full, { recursive: true, mode: 0o755 });
    else if (text.startsWith('link:')) symlinkSync(text.slice(5), full);
    else writeFileSync(full, text);
    if (text.startsWith('#!')) chmodSync(full, 0o755);
  };
  const lines = [`Package: ${name}`, `Version: ${version}`, 'Architecture: amd64', ...fields];
  for (const key of ['Maintainer: Test <test@example.org>', 'Description: for a test']) {
    lines.push(key);
  }
  write('DEBIAN/control', `${lines.join('\n')}\n`);
  for (const [file, text] of Object.entries(control)) write(`DEBIAN/${file}`, text);
  for (const [path, text] of Object.entries(files)) write(path, text);
  const file = join(directory, `${name}_${version}_amd64.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', root, file], {
    stdio: 'pipe',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
  });
  return { ...lockedOf(file), file };
}

/** What a lock says of a .deb file. */
export function lockedOf(file: string): LockedPackage {
  const bytes = readFileSync(file);
  const [fields] = parseDeb822(
    execFileSync('dpkg-deb', ['-f', file], { encoding: 'utf8' }),
  ).stanzas;
  const name = fields?.get('package') ?? '';
  return {
    name,
    version: fields?.get('version') ?? '',
    architecture: fields?.get('architecture') ?? '',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: statSync(file).size,
    path: `pool/main/${name}.deb`,
  };
}

export const hasDpkg: boolean = (() => {
  try {
    execFileSync('dpkg-deb', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('skipping tests that need dpkg-deb, which is not installed here\n');
    return false;
  }
})();
