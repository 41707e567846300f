import { SelfsameError } from '../../errors/selfsame-error.js';
import { urlProblem } from '../../download/url.js';
import type { Scheme } from '../../download/url.js';
import type { Repository } from './repository.js';

/** Submodules within submodules, and submodules of one input in all. */
export const maxSubmoduleDepth = 8;
export const maxSubmodules = 500;

/**
 * The addresses that a commit's `.gitmodules` gives, by path (gitmodules(5)). Relative ones are resolved against the
 * address of the repository itself. Rejects with `GIT_SUBMODULE_INVALID`.
 */
export async function submoduleUrls(
  repository: Repository,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const args = ['config', '--no-includes', '-z', '--blob', `${commit}:.gitmodules`, '--list'];
  const listing = await repository.run(args);
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const item of listing?.toString('utf8').split('\0') ?? []) {
    const match = /^submodule\.([^\n]*)\.(path|url)\n([^]*)$/.exec(item);
    if (match === null) continue;
    const [, name = '', key, value = ''] = match;
    const module = modules.get(name) ?? {};
    if (key === 'path') module.path = value;
    else module.url = value;
    modules.set(name, module);
  }
  const urls = new Map<string, string>();
  for (const { path, url } of modules.values()) {
    if (path === undefined || url === undefined) continue;
    urls.set(path.replace(/\/+$/, ''), resolveSubmoduleUrl(repository.url, url, path));
  }
  return urls;
}

/** Resolves as git does: `./` and `../` against the parent's address, all else as it is. */
export function resolveSubmoduleUrl(parent: string, url: string, path: string): string {
  let resolved = url;
  if (url.startsWith('./') || url.startsWith('../')) {
    let base = parent.replace(/\/+$/, '');
    let rest = url;
    for (;;) {
      if (rest.startsWith('./')) rest = rest.slice(2);
      else if (rest.startsWith('../')) {
        rest = rest.slice(3);
        const slash = base.lastIndexOf('/');
        // Not beyond the host name, or the root of a local path.
        if (slash <= base.indexOf('://') + 2) throw invalid(path, url, 'leads out of its server');
        base = base.slice(0, slash);
      } else break;
    }
    resolved = `${base}/${rest}`;
  }
  // A repository from the web must not read this machine's files, nor turn off encryption.
  const schemes: readonly Scheme[] = parent.startsWith('file:')
    ? ['https:', 'http:', 'file:']
    : parent.startsWith('http:')
      ? ['https:', 'http:']
      : ['https:'];
  const problem = urlProblem(resolved, schemes);
  if (problem !== undefined) throw invalid(path, resolved, problem);
  return resolved;
}

export function invalid(path: string, url: string, why: string): SelfsameError {
  return new SelfsameError(
    'GIT_SUBMODULE_INVALID',
    `the submodule ${JSON.stringify(path)} cannot be fetched: its address ${JSON.stringify(url.slice(0, 200))} ${why}`,
    { hint: 'add the submodule as an input of its own, placed with at:' },
  );
}
