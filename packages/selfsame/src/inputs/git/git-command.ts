import { execa } from 'execa';
import { SelfsameError } from '../../errors/selfsame-error.js';

/** Milliseconds one git command may take; fetching has its own stall limit. */
const commandTimeout = 60 * 60 * 1000;

/** Bytes of output of one git command that is read whole. */
const maxOutput = 512 * 1024 ** 2;

/** Variables of the person that git needs to reach the network at all. */
const passedOn = [
  'PATH',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'TMPDIR',
] as const;

/**
 * Configuration for every git command: nothing of the machine or the person, no helper programs, no prompts, objects
 * checked on arrival, and a fetch that stalls for a minute ends.
 */
const configuration: Readonly<Record<string, string>> = {
  'advice.detachedHead': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.fsmonitor': 'false',
  'core.hooksPath': '/dev/null',
  'credential.helper': '',
  'fetch.fsckObjects': 'true',
  'fetch.recurseSubmodules': 'false',
  'gc.auto': '0',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'protocol.file.allow': 'always',
  'protocol.http.allow': 'always',
  'protocol.https.allow': 'always',
  'protocol.version': '2',
  // The cache may belong to another user; nothing in it is executed.
  'safe.directory': '*',
  'transfer.fsckObjects': 'true',
};

export function gitEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: 'file:http:https',
    GIT_ASKPASS: '/bin/false',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS: '/bin/false',
  };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Arguments that come before every subcommand. */
export function gitArguments(gitDirectory: string | undefined): string[] {
  const settings = Object.entries(configuration).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  return [...(gitDirectory === undefined ? [] : [`--git-dir=${gitDirectory}`]), ...settings];
}

export type GitResult =
  | { readonly ok: true; readonly stdout: Buffer }
  | { readonly ok: false; readonly exitCode: number | undefined; readonly complaint: string };

/**
 * Runs git with fixed configuration and environment. Values from recipes must follow `--end-of-options`.
 * Rejects with `GIT_NOT_INSTALLED` or `INTERRUPTED`.
 */
export async function git(
  gitDirectory: string | undefined,
  args: readonly string[],
  signal: AbortSignal,
): Promise<GitResult> {
  const result = await execa('git', [...gitArguments(gitDirectory), ...args], {
    env: gitEnvironment(),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    encoding: 'buffer',
    stripFinalNewline: false,
    timeout: commandTimeout,
    maxBuffer: maxOutput,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
  });
  if (signal.aborted) throw new SelfsameError('INTERRUPTED', 'interrupted while git was running');
  if (result.code === 'ENOENT') throw notInstalled();
  if (result.exitCode === 0 && !result.failed)
    return { ok: true, stdout: Buffer.from(result.stdout) };
  const complaint = result.timedOut
    ? 'it took longer than an hour'
    : result.isMaxBuffer
      ? 'it printed too much'
      : shorten(Buffer.from(result.stderr).toString('utf8'));
  return { ok: false, exitCode: result.exitCode, complaint };
}

/** The last lines git printed, on one line, without control characters, with addresses' secrets removed. */
export function shorten(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]/gu, ' ').trim())
    .filter((line) => line !== '');
  return lines
    .slice(-3)
    .join('; ')
    .replace(/(:\/\/)[^/@\s']*@/g, '$1***@')
    .slice(0, 500);
}

export function notInstalled(): SelfsameError {
  return new SelfsameError('GIT_NOT_INSTALLED', 'git inputs need git, which is not installed', {
    hint: 'install it: apt-get install git',
  });
}
