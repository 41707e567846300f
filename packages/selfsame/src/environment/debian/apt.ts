import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { VerifiedRelease } from '../../download/debian-release.js';
import { SelfsameError } from '../../errors/selfsame-error.js';

/** What one run of a tool of apt said. */
export interface AptResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * apt with nothing of this machine but its way to the network: own lists, state, sources and status, so
 * that what it resolves depends on the archive alone.
 */
export interface Apt {
  /** Runs a tool with arguments; never through a shell. */
  run(tool: 'apt-get' | 'apt-cache', ...args: readonly string[]): Promise<AptResult>;
  /** Says which packages count as installed: text of a dpkg status file. */
  setStatus(text: string): Promise<void>;
  /** Versions to prefer where they exist: text of apt_preferences(5). */
  setPreferences(text: string): Promise<void>;
  /** Absolute path of the lists that `apt-get update` fetched. */
  readonly lists: string;
}

export interface AptOptions {
  /** Empty directory, absolute. */
  readonly directory: string;
  /** Debian architecture; need not be the machine's. */
  readonly architecture: string;
  readonly components: readonly string[];
  /** Where each suite comes from, and whose signatures count. */
  readonly releases: readonly VerifiedRelease[];
  readonly signal: AbortSignal;
}

/** Options of the machine's apt that say how to reach archives, and none that says whom to trust. */
const networkOption =
  /^Acquire::(?:http|https|ftp|Retries|ForceIPv4|ForceIPv6|Queue-Mode)(?:::|$)/u;

/** @throws SelfsameError HOST_TOOL_MISSING, RESOLVER_FAILED */
export async function isolatedApt(options: AptOptions): Promise<Apt> {
  const { directory, architecture } = options;
  const at = (path: string): string => join(directory, path);
  for (const path of [
    'lists/partial',
    'cache/archives/partial',
    'etc/parts',
    'etc/trusted',
    'log',
  ]) {
    await mkdir(at(path), { recursive: true });
  }
  await writeFile(at('status'), '');
  await writeFile(at('extended_states'), '');
  await writeFile(at('etc/preferences'), '');
  await writeFile(at('etc/sources.list'), await sources(options));
  const config = [
    ...(await machineOptions(options.signal)),
    ['APT::Architecture', architecture],
    ['APT::Architectures', architecture],
    ['APT::Install-Recommends', 'false'],
    ['APT::Install-Suggests', 'false'],
    ['APT::Get::List-Cleanup', 'false'],
    ['APT::Solver', 'internal'],
    ['Acquire::Languages', 'none'],
    ['Acquire::GzipIndexes', 'false'],
    ['Acquire::AllowInsecureRepositories', 'false'],
    ['Acquire::AllowWeakRepositories', 'false'],
    ['Acquire::AllowDowngradeToInsecureRepositories', 'false'],
    // Whether an expired Release file is acceptable was decided before (resolve.ts).
    ['Acquire::Check-Valid-Until', 'false'],
    ['Dir', '/'],
    ['Dir::State', `${directory}/`],
    ['Dir::State::lists', at('lists/')],
    ['Dir::State::status', at('status')],
    ['Dir::State::extended_states', at('extended_states')],
    ['Dir::Cache', at('cache/')],
    ['Dir::Etc', at('etc/')],
    ['Dir::Etc::main', at('etc/none')],
    ['Dir::Etc::parts', at('etc/parts/')],
    ['Dir::Etc::sourcelist', at('etc/sources.list')],
    ['Dir::Etc::sourceparts', at('etc/parts/')],
    ['Dir::Etc::preferences', at('etc/preferences')],
    ['Dir::Etc::preferencesparts', at('etc/parts/')],
    ['Dir::Etc::trusted', at('etc/none')],
    ['Dir::Etc::trustedparts', at('etc/trusted/')],
    ['Dir::Log', at('log/')],
  ];
  await writeFile(
    at('apt.conf'),
    config.map(([key, value]) => `${key} ${quote(value ?? '')};\n`).join(''),
  );
  return {
    lists: at('lists'),
    run: (tool, ...args) => runTool(tool, args, { APT_CONFIG: at('apt.conf') }, options.signal),
    setStatus: (text) => writeFile(at('status'), text),
    setPreferences: (text) => writeFile(at('etc/preferences'), text),
  };
}

/** apt.conf(5) has no way to write a quote inside quotes. */
function quote(value: string): string {
  if (/["\n]/u.test(value)) {
    throw new SelfsameError('RESOLVER_FAILED', `apt cannot be told of ${JSON.stringify(value)}`, {
      hint: 'use a path for the store that has no quotes in it (SELFSAME_STORE)',
    });
  }
  return `"${value}"`;
}

/** `signed-by` of sources.list(5) is a list of words, which no quoting keeps together. */
function refuseUnlessNamed(keyring: string): void {
  if (!/[\s,]/u.test(keyring)) return;
  throw new SelfsameError(
    'RESOLVER_FAILED',
    `apt cannot be told of the keyring ${JSON.stringify(keyring)}`,
    { hint: 'use paths for keyrings and the store (SELFSAME_STORE) without blanks and commas' },
  );
}

async function sources({
  directory,
  architecture,
  components,
  releases,
}: AptOptions): Promise<string> {
  const lines: string[] = [];
  for (const [index, { archive, requestedSuite }] of releases.entries()) {
    const keyrings = [...archive.signedBy.keyrings];
    if (archive.signedBy.inline !== undefined) {
      const path = join(directory, `etc/inline-${index}.asc`);
      await writeFile(path, `${archive.signedBy.inline}\n`);
      keyrings.push(path);
    }
    for (const path of keyrings) refuseUnlessNamed(path);
    const signedBy = [...keyrings, ...archive.signedBy.fingerprints].join(',');
    lines.push(
      `deb [arch=${architecture} signed-by=${signedBy}] ${archive.uri} ${requestedSuite} ${components.join(' ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** How this machine reaches archives: proxies and the like. */
async function machineOptions(signal: AbortSignal): Promise<[string, string][]> {
  const dump = await runTool('apt-config', ['dump'], {}, signal);
  return dump.stdout.split('\n').flatMap((line): [string, string][] => {
    const match = /^(\S+) "([^"]*)";$/u.exec(line);
    const [, key = '', value = ''] = match ?? [];
    return networkOption.test(key) && !key.endsWith('::') ? [[key, value]] : [];
  });
}

/** True unless the machine's apt was told not to mind expired Release files. */
export async function mindsValidUntil(signal: AbortSignal): Promise<boolean> {
  const { stdout } = await runTool(
    'apt-config',
    ['dump', 'Acquire::Check-Valid-Until'],
    {},
    signal,
  );
  return !/"(?:false|no|0|off|without|disable)"/iu.test(stdout);
}

async function runTool(
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AptResult> {
  const result = await execa(tool, args, {
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
    timeout: 30 * 60_000,
    maxBuffer: 512 * 1024 ** 2,
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/nonexistent',
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      DEBIAN_FRONTEND: 'noninteractive',
      ...proxyVariables(),
      ...env,
    },
  });
  if (result.isCanceled) throw new SelfsameError('INTERRUPTED', `${tool} was interrupted`);
  if (result.code === 'ENOENT') {
    throw new SelfsameError(
      'HOST_TOOL_MISSING',
      `${tool}, which resolves packages, is not installed`,
      {
        hint: 'selfsame lock needs apt: run it on a Debian or Ubuntu machine or in such a container; a lock works anywhere',
      },
    );
  }
  if (result.exitCode === undefined) {
    throw new SelfsameError('RESOLVER_FAILED', `${tool} did not end: ${result.shortMessage}`);
  }
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

function proxyVariables(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
