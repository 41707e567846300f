import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseList, parseSources, readAptConfiguration } from './apt-sources.js';
import { archivesForSuite, configuredArchives } from './debian-archive.js';

const noKeys = { keyrings: [], fingerprints: [], inline: undefined };

describe('parseSources', () => {
  it('reads deb822 sources', () => {
    const text = [
      '# main',
      'Types: deb deb-src',
      'URIs: http://a.example/debian/ mirror+file:/etc/mirrors',
      'Suites: bookworm',
      '# a comment in between',
      '  bookworm-updates',
      'Components: main contrib',
      'Architectures: amd64',
      'Signed-By: /usr/share/keyrings/a.gpg',
      '',
      'Types: deb',
      'URIs: http://b.example/debian',
      'Suites: ./',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://c.example/debian',
      'Suites: sid',
      'Components: main',
    ].join('\n');
    expect(parseSources(text, 'x.sources')).toEqual([
      {
        types: ['deb', 'deb-src'],
        uris: ['http://a.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        architectures: ['amd64'],
        signedBy: { ...noKeys, keyrings: ['/usr/share/keyrings/a.gpg'] },
        file: 'x.sources',
      },
    ]);
  });

  it('reads keys written into the source', () => {
    const text = [
      'Types: deb',
      'URIs: https://a.example/debian',
      'Suites: trixie',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' AAAA',
      ' -----END PGP PUBLIC KEY BLOCK-----',
    ].join('\n');
    expect(parseSources(text, 'x')[0]?.signedBy.inline).toBe(
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----',
    );
  });

  it('refuses what it cannot parse, naming the line', () => {
    expect(() => parseSources('Types: deb\nnonsense\n', '/etc/apt/x.sources')).toThrow(
      expect.objectContaining({
        code: 'APT_SOURCES_INVALID',
        message: expect.stringContaining('/etc/apt/x.sources:2') as string,
      }),
    );
  });
});

describe('parseList', () => {
  it('reads one-line sources', () => {
    const text = [
      'deb [ arch=amd64,arm64 signed-by=/k/a.gpg ] https://a.example/debian trixie main non-free # x',
      '# deb http://b.example/debian trixie main',
      'deb-src http://c.example/debian sid main',
      'deb cdrom:[Debian]/ trixie main',
    ].join('\n');
    expect(parseList(text, 'x')).toEqual([
      {
        types: ['deb'],
        uris: ['https://a.example/debian'],
        suites: ['trixie'],
        components: ['main', 'non-free'],
        architectures: ['amd64', 'arm64'],
        signedBy: { ...noKeys, keyrings: ['/k/a.gpg'] },
        file: 'x',
      },
      {
        types: ['deb-src'],
        uris: ['http://c.example/debian'],
        suites: ['sid'],
        components: ['main'],
        architectures: [],
        signedBy: noKeys,
        file: 'x',
      },
    ]);
  });

  it('refuses what apt would not understand', () => {
    expect(() => parseList('\ndeb http://a.example\n', 'x.list')).toThrow('x.list:2');
  });
});

describe('the configured archives', () => {
  // As on a machine without the packages that name Debian's archive.
  const nothingMore = Promise.resolve({ sources: [], keyrings: [] });
  let directory: string | undefined;
  afterEach(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true });
  });

  it('come from the settings first, then from the apt configuration', async () => {
    directory = await mkdtemp(join(tmpdir(), 'selfsame-apt-'));
    await mkdir(join(directory, 'sources.list.d'));
    await mkdir(join(directory, 'trusted.gpg.d'));
    await writeFile(join(directory, 'trusted.gpg.d', 'a.asc'), '');
    await writeFile(
      join(directory, 'sources.list'),
      'deb http://a.example/debian bookworm main\ndeb http://a.example/debian sid main\n',
    );
    await writeFile(
      join(directory, 'sources.list.d', 'b.sources'),
      'Types: deb\nURIs: http://b.example/debian\nSuites: trixie\nComponents: main\nSigned-By: /k.gpg\n',
    );
    await writeFile(join(directory, 'sources.list.d', 'c.list.disabled'), 'nonsense');
    const apt = await readAptConfiguration(directory, nothingMore);
    expect(apt.trustedKeyrings).toEqual([join(directory, 'trusted.gpg.d', 'a.asc')]);
    const debian = { mirrors: ['http://m.example/debian/'], keyrings: [], snapshot: undefined };
    const archives = configuredArchives({ debian }, apt);
    expect(
      archives.map((archive) => [archive.uri, archive.suites, archive.signedBy.keyrings]),
    ).toEqual([
      ['http://m.example/debian', [], apt.trustedKeyrings],
      ['http://a.example/debian', ['bookworm', 'sid'], apt.trustedKeyrings],
      ['http://b.example/debian', ['trixie'], ['/k.gpg']],
    ]);
    expect(archivesForSuite(archives, 'trixie').map((archive) => archive.uri)).toEqual([
      'http://m.example/debian',
      'http://b.example/debian',
      'http://a.example/debian',
    ]);
  });

  it('are an error when there are none', async () => {
    directory = await mkdtemp(join(tmpdir(), 'selfsame-apt-'));
    const apt = await readAptConfiguration(directory, nothingMore);
    const debian = { mirrors: [], keyrings: [], snapshot: undefined };
    expect(() => configuredArchives({ debian }, apt)).toThrow(
      expect.objectContaining({ code: 'APT_SOURCES_INVALID' }),
    );
  });
});
