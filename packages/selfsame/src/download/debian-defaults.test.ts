import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAptConfiguration } from './apt-sources.js';
import type { AptConfiguration } from './apt-sources.js';
import { archivesForSuite, configuredArchives, likeness } from './debian-archive.js';
import type { DebianArchive } from './debian-archive.js';
import { readDebianDefaults, usualSuites } from './debian-defaults.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'selfsame-ubuntu-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const read = (): Promise<AptConfiguration> =>
  readAptConfiguration(
    join(root, 'etc/apt'),
    readDebianDefaults(join(root, 'usr/share'), join(root, 'etc/os-release')),
  );

const noSettings = { mirrors: [], keyrings: [], snapshot: undefined };
const archivesOf = async (debian: {
  mirrors: string[];
  keyrings: string[];
}): Promise<readonly DebianArchive[]> =>
  configuredArchives({ debian: { ...noSettings, ...debian } }, await read());
const uris = (archives: readonly DebianArchive[]): string[] => archives.map(({ uri }) => uri);

/** A machine as Ubuntu 24.04 leaves it, with the archive of a browser beside. */
function ubuntu(): void {
  write('etc/os-release', 'ID=ubuntu\nID_LIKE=debian\n');
  write(
    'etc/apt/sources.list.d/ubuntu.sources',
    [
      'Types: deb',
      'URIs: http://ubuntu.example/ubuntu/',
      'Suites: noble noble-updates noble-backports',
      'Components: main restricted universe multiverse',
      'Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg',
      '',
    ].join('\n'),
  );
  write(
    'etc/apt/sources.list.d/browser.list',
    'deb [arch=amd64] https://browser.example/deb/ stable main\n',
  );
  write('etc/apt/trusted.gpg.d/ubuntu-keyring-2018-archive.gpg', '');
}

/** What python-apt-common and debian-archive-keyring bring. */
function packages(): string {
  write(
    'usr/share/python-apt/templates/Debian.info',
    [
      'ChangelogURI: https://changelogs.example/%s',
      '',
      'Suite: {series}',
      'RepositoryType: deb',
      'BaseURI: https://debian.example/debian/',
      'MatchURI: debian\\.example',
      'Component: main',
      'CompDescription: Officially supported',
      'Component: contrib',
      '',
      'Suite: {series}-security',
      'RepositoryType: deb',
      'BaseURI: https://security.example/',
      'ParentSuite: {series}',
      '',
      'Suite: {series}-updates',
      'RepositoryType: deb',
      'ParentSuite: {series}',
      '',
      'Suite: sid',
      'RepositoryType: deb',
      'BaseURI: https://debian.example/debian/',
      '',
      'Suite: odd',
      'RepositoryType: deb',
      'BaseURI: cdrom:[odd]',
      '',
    ].join('\n'),
  );
  return write('usr/share/keyrings/debian-archive-keyring.gpg', '');
}

describe("on a machine of another distribution, Debian's archive", () => {
  it("comes from the distribution's own data, before others, with Debian's keyring", async () => {
    ubuntu();
    const keyring = packages();
    const archives = await archivesOf(noSettings);
    expect(uris(archives)).toEqual([
      'https://debian.example/debian',
      'https://security.example',
      'https://browser.example/deb',
      'http://ubuntu.example/ubuntu',
    ]);
    expect(archives[0]).toMatchObject({ suites: usualSuites, signedBy: { keyrings: [keyring] } });
    expect(uris(archivesForSuite(archives, 'trixie'))[0]).toBe('https://debian.example/debian');
  });

  it('is not taken from there when the settings or apt name it', async () => {
    ubuntu();
    packages();
    const mirrors = ['http://mirror.example/debian'];
    expect(uris(await archivesOf({ ...noSettings, mirrors }))).toEqual([
      'http://mirror.example/debian',
      'https://browser.example/deb',
      'http://ubuntu.example/ubuntu',
    ]);
    write('etc/apt/sources.list', 'deb http://other.example/debian trixie-updates main\n');
    expect(uris(await archivesOf(noSettings))).toEqual([
      'http://other.example/debian',
      'https://browser.example/deb',
      'http://ubuntu.example/ubuntu',
    ]);
  });

  it("is checked with Debian's keyring when the settings name a mirror, and with theirs if they say so", async () => {
    ubuntu();
    const keyring = packages();
    const mirrors = ['http://mirror.example/debian'];
    const [mirror] = await archivesOf({ mirrors, keyrings: [] });
    expect(mirror?.signedBy.keyrings).toContain(keyring);
    const chosen = await archivesOf({ mirrors, keyrings: ['/own.gpg'] });
    expect(chosen.map(({ signedBy }) => signedBy.keyrings)).toEqual([
      ['/own.gpg'],
      ['/own.gpg'],
      ['/own.gpg'],
    ]);
  });

  it('is missing without the package, and the keyring with a name that says what to install', async () => {
    ubuntu();
    expect(uris(await archivesOf(noSettings))).toEqual([
      'https://browser.example/deb',
      'http://ubuntu.example/ubuntu',
    ]);
    rmSync(packages());
    const [first] = await archivesOf(noSettings);
    expect(first?.signedBy.keyrings[0]).toMatch(/\/debian-archive-keyring\.gpg$/);
  });

  it('is what the apt configuration says on Debian itself', async () => {
    ubuntu();
    packages();
    write('etc/os-release', 'NAME="Debian GNU/Linux"\nID=debian\n');
    expect(uris(await archivesOf(noSettings))).not.toContain('https://debian.example/debian');
  });

  it('is asked before the archives of others, however the files are called', async () => {
    write('etc/apt/sources.list.d/a.list', 'deb https://a.example/deb stable main\n');
    write('etc/apt/sources.list.d/b.list', 'deb https://b.example/mirror trixie main\n');
    write(
      'etc/apt/sources.list.d/c.list',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://c.example/d stable main\n',
    );
    expect(uris(await archivesOf(noSettings))).toEqual([
      'https://c.example/d',
      'https://b.example/mirror',
      'https://a.example/deb',
    ]);
  });

  it.each([
    ['trixie', 'main', 1],
    ['bookworm-security', 'main', 1],
    ['trixie-pgdg', 'main', 0],
    ['trixie', 'stable', 0],
    ['stable', 'main', 0],
    ['noble', 'main', 0],
  ])('is recognised by the suite %s with %s: %i', (suite, component, expected) => {
    expect(
      likeness({
        types: ['deb'],
        uris: ['http://a.example'],
        suites: [suite],
        components: [component],
        architectures: [],
        signedBy: { keyrings: ['/etc/apt/keyrings/a.gpg'], fingerprints: [], inline: undefined },
        file: 'a.list',
      }),
    ).toBe(expected);
  });
});
