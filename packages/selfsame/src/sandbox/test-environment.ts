import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { nativePath } from '../util/native.js';
import { runInSandbox } from './run.js';
import type { SandboxDescription, SandboxRequest, SandboxResult } from './types.js';
import { runInUserNamespace } from './user-namespace.js';

/** For tests only: true where this machine and account can make sandboxes; says once why it cannot. */
export const sandboxesWork: boolean = (() => {
  try {
    const result = spawnSync(nativePath('selfsame-ns'), ['run', '--', 'bwrap', '--version'], {
      encoding: 'utf8',
    });
    if (result.status === 0) return true;
    process.stderr.write(`skipping sandbox tests: ${result.stderr}\n`);
  } catch (error) {
    process.stderr.write(`skipping sandbox tests: ${(error as Error).message}\n`);
  }
  return false;
})();

/** Where the C programs are, for bundles that run elsewhere. */
export const nativeDirectory: string = sandboxesWork ? dirname(nativePath('selfsame-ns')) : '';

/**
 * Copies the C programs to `<directory>/native` for another account, which may not read a checkout in somebody's
 * home, and opens `directory` to all. Returns that path.
 */
export function copyNative(directory: string): string {
  const copy = join(directory, 'native');
  cpSync(nativeDirectory, copy, { recursive: true });
  for (const path of [directory, copy]) chmodSync(path, 0o755);
  return copy;
}

/** A TypeScript file and all it imports as one file that plain node runs. Returns `outfile`. */
export async function bundle(entry: string, outfile: string): Promise<string> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // CommonJS packages inside a module still call require().
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
    format: 'esm',
    logLevel: 'error',
  });
  return outfile;
}

export const testDescription: SandboxDescription = {
  level: 'fixed',
  hostname: 'selfsame',
  user: { name: 'builder', uid: 1000, gid: 1000 },
  path: '/build',
  cpus: 8,
  memoryShown: 8 * 2 ** 30,
  umask: 0o022,
  sourceDateEpoch: 1_700_000_000,
  locale: 'C.UTF-8',
  timezone: 'UTC',
};

export interface TestRun extends SandboxResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Host path of what was `/build`. */
  readonly build: string;
  /** Host path of the changes to the root. */
  readonly upper: string;
}

type Changes = Partial<Omit<SandboxRequest, 'description' | 'limits'>> & {
  readonly description?: Partial<SandboxDescription>;
  readonly limits?: Partial<SandboxRequest['limits']>;
};

/**
 * A root for sandboxes with the host's own programs in it (its /usr, read-only), so that tests need nothing
 * installed. `run` runs a shell script with a fresh `/build`.
 */
export class TestRoom {
  #directory: string | undefined;
  readonly #description: Partial<SandboxDescription>;
  #prepared: Promise<unknown> | undefined;

  /** @param description what is different from `testDescription` in every run */
  constructor(description: Partial<SandboxDescription> = {}) {
    this.#description = description;
  }

  /** Made when first asked for: a skipped suite leaves nothing. */
  get directory(): string {
    return (this.#directory ??= mkdtempSync(join(tmpdir(), 'selfsame-sandbox-')));
  }

  get #root(): string {
    return join(this.directory, 'root');
  }

  async #prepare(): Promise<void> {
    for (const name of ['etc/alternatives', 'tmp', 'usr', 'proc', 'dev', 'sys'])
      mkdirSync(join(this.#root, name), { recursive: true });
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      if (existsSync(`/usr/${name}`)) symlinkSync(`usr/${name}`, join(this.#root, name));
    }
    writeFileSync(join(this.#root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    writeFileSync(join(this.#root, 'etc/group'), 'root:x:0:\n');
    const owned =
      'chown -Rh 0:0 . && chmod 755 . && chmod 1777 tmp && find . ! -type l -exec touch -d @1600000000 {} +';
    await runInUserNamespace(['sh', '-c', owned], { cwd: this.#root });
  }

  async request(
    script: string,
    changes: Changes = {},
  ): Promise<SandboxRequest & { build: string }> {
    await (this.#prepared ??= this.#prepare());
    const [scratch, build] = ['scratch-', 'build-'].map((name) =>
      mkdtempSync(join(this.directory, name)),
    ) as [string, string];
    return {
      source: 'test',
      rootLayers: [this.#root],
      scratch,
      build,
      command: ['sh', '-c', script],
      cwd: '/build',
      env: {},
      asRoot: false,
      network: 'none',
      stdio: 'capture',
      signal: new AbortController().signal,
      ...changes,
      mounts: [
        { source: '/usr', target: '/usr', writable: false },
        ...(existsSync('/etc/alternatives')
          ? [{ source: '/etc/alternatives', target: '/etc/alternatives', writable: false }]
          : []),
        { source: build, target: '/build', writable: true },
        ...(changes.mounts ?? []),
      ],
      description: { ...testDescription, ...this.#description, ...changes.description },
      limits: {
        wallSeconds: 30,
        memoryBytes: 2 ** 30,
        processes: 500,
        diskBytes: 256 * 2 ** 20,
        outputBytes: 2 ** 20,
        ...changes.limits,
      },
    };
  }

  async run(script: string, changes: Changes = {}): Promise<TestRun> {
    const output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    const request = await this.request(script, changes);
    const result = await runInSandbox({
      ...request,
      onOutput: (stream, chunk) => {
        output[stream].push(chunk);
        changes.onOutput?.(stream, chunk);
      },
    });
    return {
      ...result,
      stdout: Buffer.concat(output.stdout).toString(),
      stderr: Buffer.concat(output.stderr).toString(),
      build: request.build,
      upper: join(request.scratch, 'upper'),
    };
  }

  async dispose(): Promise<void> {
    if (this.#directory === undefined) return;
    await runInUserNamespace(['rm', '-rf', '--', this.#directory]);
  }
}
