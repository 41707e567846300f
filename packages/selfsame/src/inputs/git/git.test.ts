import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, symlink, writeFile, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer } from '../../download/testing.js';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { errorOf, inputTestContext, storedTrees, treeListing } from '../testing.js';
import type { InputTestContext } from '../testing.js';
import { gitKind } from './git.js';
import type { GitSpec } from './schema.js';

let maintainer: TestSigner;
let stranger: TestSigner;
beforeAll(async () => {
  [maintainer, stranger] = await Promise.all([testSigner('maintainer'), testSigner('stranger')]);
});
afterAll(async () => {
  await maintainer[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
});

/** A repository of an upstream project, made with the real git. */
class Upstream {
  readonly directory: string;
  readonly url: string;
  readonly #home: string;

  constructor(context: InputTestContext, name: string, home: string = maintainer.home) {
    this.directory = join(context.directory, 'upstream', name);
    this.url = pathToFileURL(this.directory).href;
    this.#home = home;
  }

  static async make(context: InputTestContext, name = 'thing', format = 'sha1'): Promise<Upstream> {
    const upstream = new Upstream(context, name);
    await mkdir(upstream.directory, { recursive: true });
    upstream.git('init', '--quiet', '--initial-branch=main', `--object-format=${format}`);
    return upstream;
  }

  as(signer: TestSigner): Upstream {
    const other = Object.create(this, {}) as Upstream;
    return Object.assign(other, { git: (...args: string[]) => this.run(signer.home, args) });
  }

  git(...args: string[]): string {
    return this.run(this.#home, args);
  }

  run(home: string, args: readonly string[], input?: string | Buffer): string {
    return execFileSync('git', ['-C', this.directory, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        GNUPGHOME: home,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@example.org',
        GIT_AUTHOR_DATE: '1600000000 +0000',
        GIT_COMMITTER_NAME: 'C',
        GIT_COMMITTER_EMAIL: 'c@example.org',
        GIT_COMMITTER_DATE: '1700000000 +0200',
        GIT_ALLOW_PROTOCOL: 'file',
      },
      ...(input === undefined ? {} : { input }),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
      .toString()
      .trim();
  }

  async commit(files: Record<string, string>, ...options: string[]): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), content);
    }
    this.git('add', '--all', '--force');
    this.git('commit', '--quiet', '--message=m', ...options);
    return this.git('rev-parse', 'HEAD');
  }

  /** A commit of exactly these tree entries, which git itself would not check out: `mode type id\tpath`. */
  commitTree(...entries: readonly string[]): string {
    const tree = this.run(this.#home, ['mktree', '--missing'], `${entries.join('\n')}\n`);
    const commit = this.git('commit-tree', '-m', 'm', tree);
    this.git('update-ref', 'refs/heads/made', commit);
    return commit;
  }

  blob(content: string): string {
    return this.run(this.#home, ['hash-object', '-w', '--stdin'], content);
  }
}

const spec = (upstream: Upstream, commit: string, more: Partial<GitSpec> = {}): GitSpec => ({
  kind: 'git',
  url: upstream.url,
  commit,
  submodules: false,
  unpack: false,
  ...more,
});

describe('a git input', () => {
  it('is exported byte for byte, without .git, by its content and date', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
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
    const upstream = await Upstream.make(context);
    const first = await upstream.commit({ a: '1' });
    const second = await upstream.commit({ a: '2' });
    await gitKind.pin(spec(upstream, second), context);
    const pinned = await gitKind.pin(spec(upstream, first), context);
    const { path } = await gitKind.fetch(spec(upstream, first), pinned, context);
    expect(await treeListing(path)).toEqual(['a 1']);
  });

  it('is fetched over http too, from servers that give files only', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
    const first = await upstream.commit({ a: '1' });
    await upstream.commit({ a: '2' });
    upstream.git('update-server-info');
    const { readFile } = await import('node:fs/promises');
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
    const upstream = await Upstream.make(context, 'thing', 'sha256');
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
    const upstream = await Upstream.make(context);
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
    const upstream = await Upstream.make(context);
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
    const nowhere = new Upstream(context, 'nowhere');
    const error = await errorOf(gitKind.pin(spec(nowhere, 'f'.repeat(40)), context));
    expect(error.code).toBe('GIT_UNREACHABLE');
    expect(error.message).toContain('nowhere');
  });

  it('is not what the lock says when the digest is of something else', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
    const one = await upstream.commit({ a: '1' });
    const two = await upstream.commit({ a: '2' });
    const pinned = await gitKind.pin(spec(upstream, one), context);
    expect(await errorOf(gitKind.fetch(spec(upstream, two), pinned, context))).toMatchObject({
      code: 'INPUT_CHANGED',
    });
  });

  it('runs nothing the repository or the machine configures', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
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
      'an absolute link',
      (upstream: Upstream) => [`120000 blob ${upstream.blob('/etc/passwd')}\tl`],
    ],
  ])('is refused with %s', async (_, entries) => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
    const commit = upstream.commitTree(...entries(upstream));
    const error = await errorOf(gitKind.pin(spec(upstream, commit), context));
    expect(error.code).toBe('GIT_TREE_UNSAFE');
    expect(await storedTrees(context)).toEqual([]);
  });

  it('is refused with names that git would never write', async () => {
    await using context = await inputTestContext();
    const upstream = await Upstream.make(context);
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

describe('a signed git input', () => {
  const keyring = 'keyring/k.asc';
  async function signedUpstream(context: InputTestContext, signer: TestSigner) {
    await context.write(keyring, maintainer.armored);
    const upstream = await Upstream.make(context);
    await upstream.commit({ a: '1' });
    const by = upstream.as(signer);
    by.git('commit', '--quiet', '--amend', '--no-edit', `--gpg-sign=${signer.fingerprint}`);
    const commit = upstream.git('rev-parse', 'HEAD');
    by.git('tag', `--local-user=${signer.fingerprint}`, '--message=release', 'v1');
    return { upstream, by, commit };
  }

  it('has a good tag or commit', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const tag = spec(upstream, commit, { signed: 'tag', tag: 'v1', keyring });
    const pinned = await gitKind.pin(tag, context);
    expect(pinned.origin).toMatchObject({ tagObject: upstream.git('rev-parse', 'v1') });
    await gitKind.fetch(tag, pinned, context.offline());
    const signed = spec(upstream, commit, { signed: 'commit', keyring });
    await gitKind.fetch(signed, await gitKind.pin(signed, context), context.offline());
  });

  it('is refused when another key signed', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, stranger);
    for (const signed of ['tag', 'commit'] as const) {
      const error = await errorOf(
        gitKind.pin(spec(upstream, commit, { signed, tag: 'v1', keyring }), context),
      );
      expect(error.code).toBe('SIGNATURE_WRONG_KEY');
      expect(error.message).toContain(signed === 'tag' ? 'the tag v1' : `the commit ${commit}`);
      expect(error.message).toContain(stranger.fingerprint);
    }
  });

  it('is refused when nobody signed', async () => {
    await using context = await inputTestContext();
    await context.write(keyring, maintainer.armored);
    const upstream = await Upstream.make(context);
    const commit = await upstream.commit({ a: '1' });
    upstream.git('tag', 'light');
    upstream.git('tag', '--annotate', '--message=m', 'heavy');
    for (const more of [
      { signed: 'tag', tag: 'light' },
      { signed: 'tag', tag: 'heavy' },
      { signed: 'commit' },
    ] as const) {
      const error = await errorOf(
        gitKind.pin(spec(upstream, commit, { ...more, keyring }), context),
      );
      expect(error.code).toBe('SIGNATURE_MISSING');
    }
    expect(await gitKind.pin(spec(upstream, commit, { tag: 'light' }), context)).toMatchObject({
      form: 'tree',
    });
  });

  it('is refused when the tag is not there, or points elsewhere', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const missing = spec(upstream, commit, { signed: 'tag', tag: 'v9', keyring });
    expect(await errorOf(gitKind.pin(missing, context))).toMatchObject({ code: 'GIT_TAG_MISSING' });
    const next = await upstream.commit({ a: '2' });
    const moved = spec(upstream, next, { signed: 'tag', tag: 'v1', keyring });
    expect(await errorOf(gitKind.pin(moved, context))).toMatchObject({ code: 'GIT_TAG_MISMATCH' });
    upstream.git('tag', 'light');
    const light = spec(upstream, commit, { tag: 'light' });
    expect(await errorOf(gitKind.pin(light, context))).toMatchObject({ code: 'GIT_TAG_MISMATCH' });
  });

  it('is refused when a signed tag was put under another name', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    upstream.git('update-ref', 'refs/tags/v2', 'refs/tags/v1');
    const error = await errorOf(
      gitKind.pin(spec(upstream, commit, { signed: 'tag', tag: 'v2', keyring }), context),
    );
    expect(error.code).toBe('GIT_TAG_MISMATCH');
    expect(error.message).toContain('"v1"');
  });

  it('is refused when the signed text was changed', async () => {
    await using context = await inputTestContext();
    const { upstream } = await signedUpstream(context, maintainer);
    const next = await upstream.commit({ a: 'evil' });
    const tag = upstream.git('cat-file', 'tag', 'v1').replace(/^object .*/, `object ${next}`);
    const forged = upstream.run(maintainer.home, ['mktag'], `${tag}\n`);
    upstream.git('update-ref', 'refs/tags/v1', forged);
    const error = await errorOf(
      gitKind.pin(spec(upstream, next, { signed: 'tag', tag: 'v1', keyring }), context),
    );
    expect(error.code).toBe('SIGNATURE_BAD');
  });

  it('is refused when a tag has two signatures', async () => {
    await using context = await inputTestContext();
    const { upstream, commit } = await signedUpstream(context, maintainer);
    const tag = upstream.git('cat-file', 'tag', 'v1');
    const signature = tag.slice(tag.indexOf('-----BEGIN'));
    const twice = upstream.run(maintainer.home, ['mktag'], `${tag}\n${signature}\n`);
    upstream.git('update-ref', 'refs/tags/v1', twice);
    const error = await errorOf(
      gitKind.pin(spec(upstream, commit, { signed: 'tag', tag: 'v1', keyring }), context),
    );
    expect(error.code).toBe('SIGNATURE_BAD');
  });
});

describe('submodules of a git input', () => {
  async function withSubmodules(context: InputTestContext, url: string) {
    const inner = await Upstream.make(context, 'inner');
    const innermost = await Upstream.make(context, 'innermost');
    await innermost.commit({ z: 'innermost' });
    await inner.commit({ i: 'inner' });
    inner.git('submodule', '--quiet', 'add', '../innermost', 'deep/er');
    await inner.commit({});
    const outer = await Upstream.make(context, 'outer');
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
