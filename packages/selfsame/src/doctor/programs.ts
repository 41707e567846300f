import { execa } from 'execa';
import { needs, type Check, type CheckOptions, type Finding } from './finding.js';

interface Program {
  readonly command: readonly [string, ...string[]];
  readonly name: string;
  readonly package: string;
  readonly neededBy: readonly string[];
}

/** Host programs and the Debian packages they come in. Each is run, since a file on the PATH proves little. */
export const programs: readonly Program[] = [
  { name: 'git', command: ['git', '--version'], package: 'git', neededBy: needs.download },
  { name: 'gpgv', command: ['gpgv', '--version'], package: 'gpgv', neededBy: needs.download },
  { name: 'apt-get', command: ['apt-get', '--version'], package: 'apt', neededBy: needs.resolve },
  {
    name: 'dpkg-deb',
    command: ['dpkg-deb', '--version'],
    package: 'dpkg',
    neededBy: needs.sandbox,
  },
  { name: 'xz', command: ['xz', '--version'], package: 'xz-utils', neededBy: needs.download },
  { name: 'zstd', command: ['zstd', '--version'], package: 'zstd', neededBy: needs.download },
  { name: 'bzip2', command: ['bzip2', '--help'], package: 'bzip2', neededBy: needs.download },
];

export const checkPrograms: Check = (options) =>
  Promise.all(programs.map((program) => checkProgram(program, options)));

async function checkProgram(
  { name, command, package: packageName, neededBy }: Program,
  { signal }: CheckOptions,
): Promise<Finding> {
  const [file, ...args] = command;
  const result = await execa(file, args, {
    reject: false,
    timeout: 10_000,
    cancelSignal: signal,
    stdin: 'ignore',
    maxBuffer: 64 * 1024,
    env: { LC_ALL: 'C' },
  });
  if (result.exitCode === 0) {
    const firstLine = (result.stdout || result.stderr).split('\n')[0] ?? '';
    const version = /\d+(?:\.\d+)+[\w.+~-]*/.exec(firstLine)?.[0];
    return {
      check: name,
      ok: true,
      why: version === undefined ? 'works' : `version ${version}`,
      remedy: undefined,
      neededBy,
    };
  }
  const missing = result.code === 'ENOENT';
  const how =
    result.exitCode === undefined
      ? `does not run (${result.code ?? result.signal ?? 'no answer'})`
      : `exits with ${result.exitCode}`;
  return {
    check: name,
    ok: false,
    why: missing ? `there is no ${file} on the PATH` : `\`${command.join(' ')}\` ${how}`,
    remedy: `sudo apt-get install ${missing ? '' : '--reinstall '}${packageName}`,
    neededBy,
  };
}
