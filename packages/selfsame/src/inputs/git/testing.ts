import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestSigner } from '../../download/testing-keys.js';
import type { InputTestContext } from '../testing.js';
import type { GitSpec } from './schema.js';

/** A repository of an upstream project, made with the real git. */
export class Upstream {
  readonly directory: string;
  readonly url: string;
  readonly #home: string;

  constructor(context: InputTestContext, name: string, home: string) {
    this.directory = join(context.directory, 'upstream', name);
    this.url = pathToFileURL(this.directory).href;
    this.#home = home;
  }

  static async make(
    context: InputTestContext,
    home: string,
    name = 'thing',
    format = 'sha1',
  ): Promise<Upstream> {
    const upstream = new Upstream(context, name, home);
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

export const spec = (upstream: Upstream, commit: string, more: Partial<GitSpec> = {}): GitSpec => ({
  kind: 'git',
  url: upstream.url,
  commit,
  submodules: false,
  unpack: false,
  ...more,
});
