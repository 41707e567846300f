import { describe, expect, it } from 'vitest';
import { inputSchema, toInputSpec } from './schema.js';

const sha256 = 'a'.repeat(64);
const commit = 'b'.repeat(40);

function problems(entry: unknown): string[] {
  const result = inputSchema.safeParse(entry);
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
}

describe('an input entry', () => {
  it('turns each kind into its tagged form', () => {
    const spec = (entry: unknown) => toInputSpec(inputSchema.parse(entry));
    expect(spec({ file: 'patches/a.patch' })).toEqual({
      kind: 'file',
      path: 'patches/a.patch',
      unpack: false,
    });
    expect(spec({ url: { urls: ['https://example.org/a.tar.gz'], sha256 }, unpack: true })).toEqual(
      {
        kind: 'url',
        urls: ['https://example.org/a.tar.gz'],
        sha256,
        unpack: true,
      },
    );
    expect(spec({ git: { url: 'https://example.org/a.git', commit }, at: 'work/a' })).toEqual({
      kind: 'git',
      url: 'https://example.org/a.git',
      commit,
      submodules: false,
      unpack: false,
    });
    expect(spec({ 'debian-source': { package: 'pigz', version: '2.8-1' } })).toEqual({
      kind: 'debian-source',
      package: 'pigz',
      version: '2.8-1',
      unpack: false,
    });
    expect(spec({ npm: { package: '@a/left-pad', version: '1.3.0' } })).toEqual({
      kind: 'npm',
      package: '@a/left-pad',
      version: '1.3.0',
      unpack: false,
    });
  });

  it('has exactly one kind and no unknown keys', () => {
    expect(problems({})[0]).toContain('has none');
    expect(problems({ file: 'a', npm: { package: 'a', version: '1.0.0' } })[0]).toContain(
      'has file and npm',
    );
    expect(problems({ file: 'a', unpak: true })).not.toEqual([]);
    expect(problems({ git: { url: 'https://example.org/a', commit }, unpack: true })[0]).toContain(
      'leave out unpack',
    );
  });

  it.each([
    ['a shortened commit', { git: { url: 'https://example.org/a', commit: 'abc1234' } }],
    ['an upper-case commit', { git: { url: 'https://example.org/a', commit: 'B'.repeat(40) } }],
    ['an ssh address', { git: { url: 'ssh://example.org/a', commit } }],
    ['a helper address', { git: { url: 'ext::sh -c whoami', commit } }],
    ['a password in an address', { url: { urls: ['https://me:secret@example.org/a'] } }],
    ['a fragment in an address', { url: { urls: ['https://example.org/a#b'] } }],
    ['a blank in an address', { url: { urls: ['https://example.org/a b'] } }],
    ['an ftp address', { url: { urls: ['ftp://example.org/a'] } }],
    ['a file address with a host', { url: { urls: ['file://example.org/a'] } }],
    ['no address', { url: { urls: [] } }],
    ['a short sha256', { url: { urls: ['https://example.org/a'], sha256: 'abc' } }],
    ['an absolute path', { file: '/etc/passwd' }],
    ['an empty path', { file: '' }],
    ['a tag like an option', { git: { url: 'https://example.org/a', commit, tag: '--x' } }],
    ['a tag with two dots', { git: { url: 'https://example.org/a', commit, tag: 'a..b' } }],
    ['signed without keyring', { git: { url: 'https://example.org/a', commit, signed: 'commit' } }],
    [
      'signed tag without tag',
      { git: { url: 'https://example.org/a', commit, signed: 'tag', keyring: 'k' } },
    ],
    ['keyring without signed', { git: { url: 'https://example.org/a', commit, keyring: 'k' } }],
    ['a Debian name with a slash', { 'debian-source': { package: '../a', version: '1' } }],
    ['a Debian version with a slash', { 'debian-source': { package: 'aa', version: '1/2' } }],
    ['an npm name with dots', { npm: { package: '../a', version: '1.0.0' } }],
    ['an npm range', { npm: { package: 'a', version: '^1.0.0' } }],
    ['an npm tag', { npm: { package: 'a', version: 'latest' } }],
    ['a sha1 integrity', { npm: { package: 'a', version: '1.0.0', integrity: 'sha1-abc=' } }],
    [
      'a signature with neither url nor file',
      { url: { urls: ['https://example.org/a'], signature: { keyring: 'k' } } },
    ],
  ])('refuses %s', (_, entry) => {
    expect(problems(entry)).not.toEqual([]);
  });
});
