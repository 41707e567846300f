import { chmod, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer } from '../../download/testing.js';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { errorOf, inputTestContext, storedTrees, treeListing } from '../testing.js';
import { gitKind } from './git.js';
import { Upstream, spec } from './testing.js';

let maintainer: TestSigner;
beforeAll(async () => {
  maintainer = await testSigner('maintainer');
});
afterAll(async () => {
  await maintainer[Symbol.asyncDispose]();
});

describe('a git input', () => {
  it('is exported byte for byte, without .git, by its content and date', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    await writeFile(join(upstream.directory, 'run'), 'x');
    await chmod(join(upstream.directory, 'run'), 0o755);
    await mkdir(join(upstream.directory, 'd'));
    await symlink('../run', join(upstream.directory, 'd/link'));
    const commit = await upstream.commit({
      '.gitattributes': 'a export-ignore\nb export-subst\nc eol=crlf text\n',
      a: 'kept\n',
      b: '$Format:%H$\n',
      c: 'line\n',
    });
    const pinned = await gitKind.pin(spec(upstream, commit), context);
    expect(pinned).toMatchObject({ form: 'tree', date: 1_700_000_000, origin: { commit } });
    expect(JSON.stringify(pinned)).not.toContain('file:');
    const fetched = await gitKind.fetch(spec(upstream, commit), pinned, context);
    expect(await treeListing(fetched.path)).toEqual([
      '.gitattributes a export-ignore\nb export-subst\nc eol=crlf text\n',
      'a kept\n',
      'b $Format:%H$\n',
      'c line\n',
      'd/',
      'd/link -> ../run',
      'run* x',
    ]);
  });

  it('can be an old commit, from a cache that has only a newer one', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const first = await upstream.commit({ a: '1' });
    const second = await upstream.commit({ a: '2' });
    await gitKind.pin(spec(upstream, second), context);
    const pinned = await gitKind.pin(spec(upstream, first), context);
    const { path } = await gitKind.fetch(spec(upstream, first), pinned, context);
    expect(await treeListing(path)).toEqual(['a 1']);
  });

  it('is fetched over http too, from servers that give files only', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const first = await upstream.commit({ a: '1' });
    await upstream.commit({ a: '2' });
    upstream.git('update-server-info');
    await using server = await testServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname;
      readFile(join(upstream.directory, '.git', path)).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    const pinned = await gitKind.pin({ ...spec(upstream, first), url: server.url }, context);
    expect(pinned.date).toBe(1_700_000_000);
  });

  it('works with sha256 repositories', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home, 'thing', 'sha256');
    await context.write('k.asc', maintainer.armored);
    const key = `--gpg-sign=${maintainer.fingerprint}`;
    const commit = await upstream.commit({ a: '1' }, key);
    expect(commit).toHaveLength(64);
    upstream.git('tag', `--local-user=${maintainer.fingerprint}`, '--message=v1', 'v1');
    for (const signed of ['tag', 'commit'] as const) {
      const one = spec(upstream, commit, { signed, keyring: 'k.asc', tag: 'v1' });
      const pinned = await gitKind.pin(one, context);
      expect((await gitKind.fetch(one, pinned, context)).digest).toBe(pinned.digest);
    }
  });

  it('is there without a network once it was fetched, and named exactly when it was not', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const commit = await upstream.commit({ a: '1' });
    const pinned = await gitKind.pin(spec(upstream, commit), context);
    await rm(upstream.directory, { recursive: true });
    await gitKind.fetch(spec(upstream, commit), pinned, context.offline());
    await context.store.remove('trees', pinned.digest);
    await gitKind.fetch(spec(upstream, commit), pinned, context.offline());
    await using empty = await inputTestContext();
    const error = await errorOf(gitKind.fetch(spec(upstream, commit), pinned, empty.offline()));
    expect(error.code).toBe('OFFLINE_MISSING');
    expect(error.message).toContain(commit);
  });

  it('says when the commit is not there', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    await upstream.commit({ a: '1' });
    const missing = 'f'.repeat(40);
    const error = await errorOf(gitKind.pin(spec(upstream, missing), context));
    expect(error.code).toBe('GIT_COMMIT_MISSING');
    expect(error.message).toContain(missing);
    const blob = upstream.blob('1');
    expect(await errorOf(gitKind.pin(spec(upstream, blob), context))).toMatchObject({
      code: 'GIT_COMMIT_MISSING',
    });
    expect(await storedTrees(context)).toEqual([]);
  });

  it('says when the repository cannot be reached', async () => {
    await using context = await inputTestContext();
    const nowhere = new Upstream(context, 'nowhere', maintainer.home);
    const error = await errorOf(gitKind.pin(spec(nowhere, 'f'.repeat(40)), context));
    expect(error.code).toBe('GIT_UNREACHABLE');
    expect(error.message).toContain('nowhere');
  });

  it('is not what the lock says when the digest is of something else', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const one = await upstream.commit({ a: '1' });
    const two = await upstream.commit({ a: '2' });
    const pinned = await gitKind.pin(spec(upstream, one), context);
    expect(await errorOf(gitKind.fetch(spec(upstream, two), pinned, context))).toMatchObject({
      code: 'INPUT_CHANGED',
    });
  });

  it('runs nothing the repository or the machine configures', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const marker = join(context.directory, 'ran');
    const commit = await upstream.commit({
      '.gitattributes': '* filter=evil diff=evil\n',
      '.gitconfig': `[filter "evil"]\nsmudge = touch ${marker}\n`,
      a: '1',
    });
    await gitKind.pin(spec(upstream, commit), context);
    expect(await readdir(context.directory)).not.toContain('ran');
  });

  it.each([
    ['a link out of it', (upstream: Upstream) => [`120000 blob ${upstream.blob('../../x')}\tlink`]],
    [
      'a link with an enormous target',
      (upstream: Upstream) => [`120000 blob ${upstream.blob('x/'.repeat(3_000_000))}\tlink`],
    ],
    [
      'an absolute link',
      (upstream: Upstream) => [`120000 blob ${upstream.blob('/etc/passwd')}\tl`],
    ],
  ])('is refused with %s', async (_, entries) => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const commit = upstream.commitTree(...entries(upstream));
    const error = await errorOf(gitKind.pin(spec(upstream, commit), context));
    expect(error.code).toBe('GIT_TREE_UNSAFE');
    expect(await storedTrees(context)).toEqual([]);
  });

  it('is refused with names that git would never write', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context, maintainer.home);
    const inner = upstream.run(
      maintainer.home,
      ['mktree'],
      `100644 blob ${upstream.blob('x')}\tconfig\n`,
    );
    for (const name of ['.git', '..']) {
      const raw = Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(inner, 'hex')]);
      const args = ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'];
      const tree = upstream.run(maintainer.home, args, raw);
      const commit = upstream.git('commit-tree', '-m', 'm', tree);
      upstream.git('update-ref', 'refs/heads/made', commit);
      // The check of objects on arrival refuses it.
      const error = await errorOf(gitKind.pin(spec(upstream, commit), context));
      expect(error.code).toBe('GIT_DAMAGED');
      expect(error.message).toMatch(/fsck/);
    }
  });
});
