import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from './esbuild-options.js';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'selfsame conformance-'));
  mkdirSync(join(place, 'tools'));
  cpSync(join(repositoryRoot, 'tools/conformance.sh'), join(place, 'tools/conformance.sh'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function suite(path: string, body: string, mode = 0o755): void {
  mkdirSync(dirname(join(place, 'conformance', path)), { recursive: true });
  writeFileSync(join(place, 'conformance', path), `#!/bin/sh\n${body}\n`, { mode });
}

function run(args: readonly string[] = [], env = {}): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync('sh', [join(place, 'tools/conformance.sh'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 200_000,
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('make conformance', () => {
  it('runs every suite, goes on after a failure, and counts', () => {
    suite('a.sh', 'exit 3');
    suite('b/run.sh', 'echo b ran');
    suite('c/run.sh', 'echo not here; exit 77');
    const { status, lines } = run();
    expect(status).toBe(1);
    expect(lines).toContain('== conformance: a FAILED (exit code 3)');
    expect(lines).toContain('b ran');
    expect(lines.at(-1)).toBe('conformance: 1 passed, 1 failed, 1 skipped');
  });

  it('runs only the suites that are named, and fails for one that is not there', () => {
    suite('a.sh', 'exit 3');
    suite('b/run.sh', 'exit 0');
    expect(run(['b'])).toMatchObject({ status: 0 });
    const { status, lines } = run(['b', 'bb']);
    expect(status).toBe(1);
    expect(lines.at(-2)).toBe('== conformance: there is no suite bb; there are: a b ');
  });

  it('fails for a suite that cannot be run', () => {
    suite('a/run.sh', 'exit 0', 0o644);
    const { status, lines } = run();
    expect(status).toBe(1);
    expect(lines).toContain('== conformance: a FAILED (exit code 126)');
  });

  it('fails for a suite that does not end', () => {
    suite('b/run.sh', 'exec sleep 600');
    const { status, lines } = run([], { SELFSAME_CONFORMANCE_TIME: '0.2' });
    expect(status).toBe(1);
    expect(lines).toContain('== conformance: b FAILED: it did not end in 0.2');
  });

  it('lets the running suite clean up when it is stopped', async () => {
    const mark = join(place, 'cleaned');
    suite('a/run.sh', `trap 'touch "${mark}"; exit 1' TERM; echo ready; sleep 600 & wait`);
    const child = spawn('sh', [join(place, 'tools/conformance.sh')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const chunk of child.stdout as AsyncIterable<Buffer>)
      if (chunk.toString().includes('ready')) break;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(143);
    expect(existsSync(mark)).toBe(true);
  });
});
