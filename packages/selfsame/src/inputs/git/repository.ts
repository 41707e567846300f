import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { offlineError } from '../../download/download-errors.js';
import { redactUrl } from '../../download/url.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { git } from './git-command.js';

/** Largest commit or tag object that is read, bytes. */
const maxObjectBytes = 16 * 1024 ** 2;

/**
 * A bare repository in the store that holds what was fetched from one address: a cache, filled commit by commit, that
 * may be removed at any time. Use it only through `withRepository`.
 */
export class Repository {
  readonly directory: string;
  readonly url: string;
  readonly #context: Context;

  constructor(directory: string, url: string, context: Context) {
    this.directory = directory;
    this.url = url;
    this.#context = context;
  }

  /** Makes sure that the commit and all it needs is here. Rejects with `GIT_COMMIT_MISSING`, `GIT_UNREACHABLE`, `OFFLINE_MISSING`. */
  async ensureCommit(commit: string): Promise<void> {
    if (await this.#has(`refs/selfsame/commits/${commit}`)) return;
    const what = `the commit ${commit} of ${redactUrl(this.url)}`;
    if (this.#context.settings.offline) throw offlineError(what);
    // One commit without its history; servers may refuse commits that no branch or tag names.
    const direct = await this.#fetch(['--depth=1'], [commit]);
    if (!direct.ok) await this.#fetchAll();
    const type = await this.#run(['cat-file', '-t', commit]);
    if (!type.ok || type.stdout.toString().trim() !== 'commit') {
      throw new SelfsameError('GIT_COMMIT_MISSING', `${what} is not there`, {
        hint: 'check the hash and the address; a force push may have removed it upstream',
        details: { commit },
      });
    }
    await this.#run(['update-ref', `refs/selfsame/commits/${commit}`, commit]);
  }

  async #fetchAll(): Promise<void> {
    const shallow = await this.#run(['rev-parse', '--is-shallow-repository']);
    const isShallow = shallow.ok && shallow.stdout.toString().trim() === 'true';
    const fetched = await this.#fetch(isShallow ? ['--unshallow'] : [], [
      '+refs/heads/*:refs/fetched/heads/*',
      '+refs/tags/*:refs/fetched/tags/*',
    ]);
    if (!fetched.ok) throw this.#unreachable(fetched.complaint);
  }

  /**
   * The object a tag names (a tag object, or a commit for a lightweight tag). `known` is used if it is here.
   * Rejects with `GIT_TAG_MISSING`, `GIT_UNREACHABLE`, `OFFLINE_MISSING`.
   */
  async ensureTag(tag: string, known: string | undefined): Promise<string> {
    if (known !== undefined && (await this.#has(`refs/selfsame/tags/${known}`))) return known;
    const what = `the tag ${tag} of ${redactUrl(this.url)}`;
    if (this.#context.settings.offline) throw offlineError(what);
    const draft = `refs/selfsame/tag-${process.pid}`;
    const fetched = await this.#fetch(['--depth=1'], [`+refs/tags/${tag}:${draft}`]);
    if (!fetched.ok) {
      if (!/couldn't find remote ref/i.test(fetched.complaint))
        throw this.#unreachable(fetched.complaint);
      throw new SelfsameError('GIT_TAG_MISSING', `${what} is not there`, {
        hint: `list what is there: git ls-remote --tags ${redactUrl(this.url)}`,
      });
    }
    const found = await this.#run(['rev-parse', '--verify', draft]);
    const object = found.ok ? found.stdout.toString().trim() : '';
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(object)) throw this.damaged(what);
    await this.#run(['update-ref', `refs/selfsame/tags/${object}`, object]);
    await this.#run(['update-ref', '-d', draft]);
    return object;
  }

  /** Type and bytes of an object, checked against its id. Rejects with `GIT_DAMAGED`. */
  async readObject(id: string): Promise<{ readonly type: string; readonly bytes: Buffer }> {
    const type = await this.#run(['cat-file', '-t', id]);
    const size = await this.#run(['cat-file', '-s', id]);
    if (!type.ok || !size.ok || Number(size.stdout.toString()) > maxObjectBytes)
      throw this.damaged(id);
    const name = type.stdout.toString().trim();
    const content = await this.#run(['cat-file', name, id]);
    if (!content.ok) throw this.damaged(id);
    const hash = createHash(id.length === 64 ? 'sha256' : 'sha1');
    hash.update(`${name} ${content.stdout.length}\0`).update(content.stdout);
    if (hash.digest('hex') !== id) throw this.damaged(id);
    return { type: name, bytes: content.stdout };
  }

  async run(args: readonly string[]): Promise<Buffer | undefined> {
    const result = await this.#run(args);
    return result.ok ? result.stdout : undefined;
  }

  damaged(what: string): SelfsameError {
    return new SelfsameError(
      'GIT_DAMAGED',
      `${what} in the cache of ${redactUrl(this.url)} cannot be read`,
      {
        hint: `remove ${this.directory} and run the command again`,
      },
    );
  }

  #run(args: readonly string[]): ReturnType<typeof git> {
    return git(this.directory, args, this.#context.signal);
  }

  async #has(ref: string): Promise<boolean> {
    return (await this.#run(['rev-parse', '--quiet', '--verify', '--end-of-options', ref])).ok;
  }

  #fetch(options: readonly string[], refspecs: readonly string[]): ReturnType<typeof git> {
    const fixed = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    return this.#run(['fetch', ...fixed, ...options, '--end-of-options', this.url, ...refspecs]);
  }

  #unreachable(complaint: string): SelfsameError {
    // What git's own check of arriving objects says (git-fsck, "fsck messages").
    if (/\bfsck\b|unpack-objects|index-pack/.test(complaint)) {
      return new SelfsameError(
        'GIT_DAMAGED',
        `${redactUrl(this.url)} has objects that git refuses: ${complaint}`,
        { hint: 'use a release tarball of the project instead' },
      );
    }
    return new SelfsameError(
      'GIT_UNREACHABLE',
      `${redactUrl(this.url)} could not be fetched: ${complaint}`,
      {
        hint: 'check the address and the network; repositories that ask for a password cannot be inputs',
      },
    );
  }
}

/** Lets one process at a time work with the cached repository of an address. */
export async function withRepository<T>(
  url: string,
  objectFormat: 'sha1' | 'sha256',
  context: Context,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const name = createHash('sha256').update(`${objectFormat} ${url}`).digest('hex');
  await using _lock = await context.store.lock(`git-${name}`, { signal: context.signal });
  const directory = join(context.store.root, 'git', name);
  if (!(await exists(join(directory, 'HEAD')))) await create(directory, objectFormat, context);
  return await use(new Repository(directory, url, context));
}

async function create(directory: string, objectFormat: string, context: Context): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, '..'), { recursive: true });
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true });
  const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`];
  const made = await git(undefined, [...args, '--end-of-options', draft], context.signal);
  if (!made.ok) {
    throw new SelfsameError('GIT_DAMAGED', `a cache for git could not be made: ${made.complaint}`, {
      hint: 'check that the store is writable and has room',
    });
  }
  await rename(draft, directory);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
