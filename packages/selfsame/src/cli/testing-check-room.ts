import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

import { bundle, copyNative, sandboxesWork } from '../sandbox/test-environment.js';
import type { ArtifactReport, CheckReport } from '../vary/types.js';

/** Where every account may look. */
const path = '/usr/local/bin:/usr/bin:/bin';
/** 2024-01-01. */
export const epoch = 1_704_067_200;

export const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH: path } }).status === 0;
export const ownUid = process.getuid?.() ?? 0;

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Reported = CheckReport & { again: { command: string[] }[] };

/** For tests: a directory with projects and a store, in which `selfsame check` runs as a program; removed after all tests. */
export function checkRoom() {
  let room: string;
  let native: string;
  let program: string;

  beforeAll(async () => {
    if (!sandboxesWork) return;
    room = mkdtempSync(join(tmpdir(), 'selfsame-check-'));
    chmodSync(room, 0o755);
    native = copyNative(room);
    program = await bundle(join(import.meta.dirname, 'testing-check.ts'), join(room, 'main.mjs'));
    chmodSync(program, 0o644);
  });

  afterAll(() => {
    if (room !== undefined) rmSync(room, { recursive: true, force: true });
  });

  /** A directory with these files, all of 2024-01-01. */
  function project(files: Readonly<Record<string, string>>, uid = ownUid): string {
    const directory = mkdtempSync(join(room, 'project-'));
    chmodSync(directory, 0o755);
    chownSync(directory, uid, uid);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
      chownSync(join(directory, name), uid, uid);
      utimesSync(join(directory, name), epoch, epoch);
    }
    return directory;
  }

  function environment(home = room): NodeJS.ProcessEnv {
    return {
      PATH: path,
      HOME: home,
      SELFSAME_NATIVE_DIR: native,
      SELFSAME_STORE: join(home, 'store'),
    };
  }

  function run(
    cwd: string,
    args: readonly string[],
    prefix: readonly string[] = [],
    home = room,
  ): Answer {
    const [first = '', ...rest] = [...prefix, process.execPath, program, 'check', ...args];
    return spawnSync(first, rest, {
      cwd,
      env: environment(home),
      encoding: 'utf8',
      timeout: 200_000,
      maxBuffer: 64 * 2 ** 20,
    });
  }

  /** The answer of a check with --json. */
  function check(
    cwd: string,
    args: readonly string[],
  ): { status: number | null; report: Reported } {
    const { status, stdout, stderr } = run(cwd, ['--json', ...args]);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    const line = JSON.parse(last === '' ? `{"stderr":${JSON.stringify(stderr)}}` : last) as {
      type?: string;
      data?: Reported;
    };
    if (line.data === undefined) throw new Error(last + stderr);
    return { status, report: line.data };
  }
  return {
    project,
    environment,
    run,
    check,
    at: (...names: readonly string[]) => join(room, ...names),
    program: () => program,
  };
}

export function artifact(report: CheckReport, name: string): ArtifactReport {
  const found = report.artifacts.find((each) => each.path === name);
  if (found === undefined)
    throw new Error(`${name}: ${JSON.stringify(report.artifacts.map((each) => each.path))}`);
  return found;
}
