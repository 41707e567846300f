import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { errorOf, inputTestContext, treeListing } from '../testing.js';
import type { InputTestContext } from '../testing.js';
import { gitKind } from './git.js';
import { Upstream, spec } from './testing.js';

import { resolveSubmoduleUrl } from './submodules.js';

let maintainer: TestSigner;
beforeAll(async () => {
  maintainer = await testSigner('maintainer');
});
afterAll(async () => {
  await maintainer[Symbol.asyncDispose]();
});

const resolve = (parent: string, url: string) => resolveSubmoduleUrl(parent, url, 'lib');

describe('the address of a submodule', () => {
  it('is relative to that of its repository', () => {
    expect(resolve('https://example.org/a/b.git', '../c.git')).toBe('https://example.org/a/c.git');
    expect(resolve('https://example.org/a/b.git/', './c')).toBe('https://example.org/a/b.git/c');
    expect(resolve('https://example.org/a/b', '../../x/y')).toBe('https://example.org/x/y');
    expect(resolve('file:///srv/a', '../b')).toBe('file:///srv/b');
  });

  it('is taken as it is otherwise', () => {
    expect(resolve('https://example.org/a', 'https://example.com/b')).toBe('https://example.com/b');
    expect(resolve('http://example.org/a', 'http://example.com/b')).toBe('http://example.com/b');
  });

  it.each([
    ['https://example.org/a', '../../../x'],
    ['https://example.org/a', 'file:///etc'],
    ['http://example.org/a', 'file:///etc'],
    ['https://example.org/a', 'http://example.org/b'],
    ['https://example.org/a', 'git://example.org/b'],
    ['https://example.org/a', 'https://me:secret@example.org/b'],
    ['https://example.org/a', 'git@example.org:b'],
    ['https://example.org/a', '-x'],
  ])('of %s cannot be %s', (parent, url) => {
    expect(() => resolve(parent, url)).toThrow(
      expect.objectContaining({ code: 'GIT_SUBMODULE_INVALID' }),
    );
  });
});

describe('submodules of a git input', () => {
  async function withSubmodules(context: InputTestContext, url: string) {
    const inner = await Upstream.make(context, maintainer.home, 'inner');
    const innermost = await Upstream.make(context, maintainer.home, 'innermost');
    await innermost.commit({ z: 'innermost' });
    await inner.commit({ i: 'inner' });
    inner.git('submodule', '--quiet', 'add', '../innermost', 'deep/er');
    await inner.commit({});
    const outer = await Upstream.make(context, maintainer.home, 'outer');
    await outer.commit({ o: 'outer' });
    outer.git('submodule', '--quiet', 'add', url, 'lib');
    const commit = await outer.commit({});
    return { outer, commit };
  }

  it('are exported in their places, with relative addresses', async () => {
    await using context = await inputTestContext();
    const { outer, commit } = await withSubmodules(context, '../inner');
    const all = spec(outer, commit, { submodules: true });
    const { path } = await gitKind.fetch(all, await gitKind.pin(all, context), context);
    const listing = await treeListing(path);
    expect(listing.filter((line) => !line.startsWith('.gitmodules'))).toEqual([
      'lib/',
      expect.stringContaining('lib/.gitmodules'),
      'lib/deep/',
      'lib/deep/er/',
      'lib/deep/er/z innermost',
      'lib/i inner',
      'o outer',
    ]);
    const none = await gitKind.pin(spec(outer, commit), context);
    const { path: bare } = await gitKind.fetch(spec(outer, commit), none, context);
    expect((await treeListing(bare)).slice(1)).toEqual(['lib/', 'o outer']);
  });

  it('are refused with addresses that cannot be used', async () => {
    await using context = await inputTestContext();
    const { outer } = await withSubmodules(context, '../inner');
    for (const url of ['ext::sh -c whoami', 'ssh://example.org/x', '--upload-pack=x', '/etc']) {
      outer.git('config', '--file=.gitmodules', 'submodule.lib.url', url);
      const commit = await outer.commit({});
      const error = await errorOf(gitKind.pin(spec(outer, commit, { submodules: true }), context));
      // Some addresses are refused by git's own check on arrival, before we look at them.
      expect(['GIT_SUBMODULE_INVALID', 'GIT_DAMAGED']).toContain(error.code);
    }
    outer.git('rm', '--quiet', '--cached', '.gitmodules');
    await rm(join(outer.directory, '.gitmodules'));
    const commit = await outer.commit({});
    expect(
      await errorOf(gitKind.pin(spec(outer, commit, { submodules: true }), context)),
    ).toMatchObject({ code: 'GIT_SUBMODULE_INVALID' });
  });
});
