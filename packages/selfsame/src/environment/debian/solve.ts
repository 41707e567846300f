import { parseDeb822 } from '../../download/deb822.js';
import type { Stanza } from '../../download/deb822.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { didYouMean } from '../../util/did-you-mean.js';
import type { LockedPackage } from '../types.js';
import type { Apt } from './apt.js';

/** One package apt chose, with its index entry. */
export interface ChosenPackage extends LockedPackage {
  readonly stanza: string;
}

/** What installing some packages on top of what is installed would do. */
export interface Solution {
  readonly install: readonly ChosenPackage[];
  /** True when something installed would be removed or replaced by another version. */
  readonly disturbs: boolean;
}

/**
 * Asks apt what installing `wanted` (names, `name=version` or apt patterns) would install.
 * @param environment its name, for messages
 * @throws SelfsameError PACKAGE_NOT_FOUND, PACKAGES_CONFLICT, RESOLVER_FAILED
 */
export async function solve(
  apt: Apt,
  wanted: readonly string[],
  environment: string,
): Promise<Solution> {
  const result = await apt.run(
    'apt-get',
    ...['--simulate', '--assume-yes', '--no-install-recommends', '--allow-downgrades'],
    ...['--allow-remove-essential', '--quiet=1', 'install', '--', ...wanted],
  );
  if (result.exitCode !== 0)
    throw await explain(apt, `${result.stderr}\n${result.stdout}`, environment);
  const chosen: { name: string; version: string; architecture: string }[] = [];
  let disturbs = false;
  for (const line of result.stdout.split('\n')) {
    if (line.startsWith('Remv ') || line.startsWith('Purg ')) disturbs = true;
    if (!line.startsWith('Inst ')) continue;
    // `Inst NAME [OLD] (VERSION ORIGIN [ARCHITECTURE]) …`
    const match =
      /^Inst (\S+?)(?::[a-z0-9-]+)?(?: \[([^\]]+)\])? \((\S+) .*?\[([a-z0-9-]+)\]\)/u.exec(line);
    if (match === null) {
      throw new SelfsameError(
        'RESOLVER_FAILED',
        `apt-get said ${JSON.stringify(line)}, which is not understood`,
      );
    }
    const [, name = '', old, version = '', architecture = ''] = match;
    if (old !== undefined) disturbs = true;
    chosen.push({ name, version, architecture });
  }
  return { install: await withFacts(apt, chosen), disturbs };
}

async function withFacts(
  apt: Apt,
  chosen: readonly {
    readonly name: string;
    readonly version: string;
    readonly architecture: string;
  }[],
): Promise<ChosenPackage[]> {
  if (chosen.length === 0) return [];
  const { stdout } = await apt.run(
    'apt-cache',
    ...['show', '--quiet', '--', ...chosen.map(({ name, version }) => `${name}=${version}`)],
  );
  const facts = new Map<string, { stanza: Stanza; text: string }>();
  for (const text of stdout.split(/\n\n+/u)) {
    const [stanza] = parseDeb822(text).stanzas;
    if (stanza === undefined) continue;
    const key = identity(stanza.get('package'), stanza.get('version'), stanza.get('architecture'));
    // The same package in two suites: the first is the one apt prefers, and both have the same content.
    if (!facts.has(key) && stanza.has('filename')) facts.set(key, { stanza, text: text.trim() });
  }
  return chosen.map(({ name, version, architecture }) => {
    const found = facts.get(identity(name, version, architecture));
    const sha256 = found?.stanza.get('sha256') ?? '';
    const path = found?.stanza.get('filename') ?? '';
    const size = Number(found?.stanza.get('size'));
    if (found === undefined || !/^[0-9a-f]{64}$/u.test(sha256) || !Number.isSafeInteger(size)) {
      throw new SelfsameError(
        'RESOLVER_FAILED',
        `the index of the archive does not say the sha256 and size of ${name} ${version} ${architecture}`,
      );
    }
    if (!path.startsWith('pool/') || path.split('/').includes('..')) {
      throw new SelfsameError(
        'RESOLVER_FAILED',
        `${name} ${version} is at ${JSON.stringify(path)}, not below pool/: only archives with a pool can be locked`,
      );
    }
    return { name, version, architecture, sha256, size, path, stanza: found.text };
  });
}

function identity(name = '', version = '', architecture = ''): string {
  return `${name} ${version} ${architecture}`;
}

/** Text of a dpkg status file that says these packages are installed. */
export function statusOf(packages: readonly ChosenPackage[]): string {
  return packages
    .map(({ stanza }) => `${stanza.replace(/\n/u, '\nStatus: install ok installed\n')}\n\n`)
    .join('');
}

async function explain(apt: Apt, said: string, environment: string): Promise<SelfsameError> {
  const missing =
    /Unable to locate package (\S+)/u.exec(said)?.[1] ??
    /Couldn't find any package by (?:glob|regex) '([^']+)'/u.exec(said)?.[1] ??
    /Package '?(\S+?)'? has no installation candidate/u.exec(said)?.[1];
  if (missing !== undefined) {
    const near = didYouMean(missing, await namesLike(apt, missing));
    return new SelfsameError(
      'PACKAGE_NOT_FOUND',
      `environment "${environment}" wants the package ${missing}, which its suites do not have`,
      {
        hint: near ?? 'check the name, the suite and the components',
        details: { package: missing },
      },
    );
  }
  const version = /Version '([^']+)' for '([^']+)' was not found/u.exec(said);
  if (version !== null) {
    const [, wanted = '', name = ''] = version;
    const { stdout } = await apt.run('apt-cache', 'show', '--', name);
    const have = [...stdout.matchAll(/^Version: (\S+)$/gmu)].map(([, item]) => item);
    return new SelfsameError(
      'PACKAGE_NOT_FOUND',
      `environment "${environment}" wants ${name} in version ${wanted}, which its suites do not have`,
      {
        hint: `they have ${[...new Set(have)].join(', ')}`,
        details: { package: name, version: wanted },
      },
    );
  }
  const unmet = /have unmet dependencies:\n((?: .*(?:\n|$))+)/u.exec(said)?.[1];
  if (unmet !== undefined || said.includes('held broken packages') || said.includes('Conflicts')) {
    const reasons = (unmet ?? said)
      .trim()
      .split('\n')
      .map((line) => line.trim());
    return new SelfsameError(
      'PACKAGES_CONFLICT',
      `the packages of environment "${environment}" cannot be installed together: ${reasons.slice(0, 5).join('; ')}`,
      { hint: 'leave out one of them, or another version', details: { reasons } },
    );
  }
  return new SelfsameError(
    'RESOLVER_FAILED',
    `apt-get could not resolve environment "${environment}": ${said.trim().slice(0, 1000)}`,
  );
}

/** Names that begin like `name`: enough for a slip later in the word, and not the 60,000 others. */
async function namesLike(apt: Apt, name: string): Promise<string[]> {
  const { stdout } = await apt.run('apt-cache', 'pkgnames', name.slice(0, 2));
  return stdout
    .split('\n')
    .filter((item) => item !== '')
    .sort();
}
