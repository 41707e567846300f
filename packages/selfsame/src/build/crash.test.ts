import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../store/store.js';
import { verifyStore } from '../store/verify.js';
import { crashPlan } from './crash-plan.js';
import { buildPlan } from './engine.js';
import { checkResultEntry } from './live.js';
import { openRig } from './test-rig.js';

let directory: string;
let child: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'selfsame-crash-'));
  child = join(directory, 'child.mjs');
  await bundle({
    entryPoints: [fileURLToPath(new URL('crash-child.ts', import.meta.url))],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: {
      '@selfsame/verify': fileURLToPath(new URL('../../../verify/src/index.ts', import.meta.url)),
    },
    logLevel: 'error',
  });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function runChild(store: string, killAt: number) {
  return spawnSync(execPath, [child, store, String(killAt)], {
    encoding: 'utf8',
    timeout: 200_000,
    env: { ...process.env, TMPDIR: directory },
  });
}

/** Nothing half-valid is under a final name, and building again ends as if nothing had happened. */
async function expectWholeAndResumable(path: string, reference: string[]): Promise<void> {
  const store = await openStore(path);
  const report = await verifyStore(store, {
    checks: { builds: checkResultEntry(store) },
    repair: false,
    signal: new AbortController().signal,
  });
  expect(report.damaged).toEqual([]);
  store.close();
  const rig = await openRig(path);
  try {
    const plan = crashPlan(rig);
    expect(await summary(rig, plan)).toEqual(reference);
    expect(readdirSync(join(path, 'tmp'))).toEqual([]);
    expect(readdirSync(join(path, 'failed'))).toHaveLength(1);
  } finally {
    await rig.close();
  }
}

async function summary(
  rig: Awaited<ReturnType<typeof openRig>>,
  plan: ReturnType<typeof crashPlan>,
): Promise<string[]> {
  const outcomes = await buildPlan(
    plan,
    rig.dependencies,
    rig.context,
    rig.options({ keepGoing: true }),
  );
  return outcomes.map((outcome) =>
    'result' in outcome
      ? `${outcome.key} ${outcome.result.buildId} ${outcome.result.artifactsDigest}`
      : `${outcome.key} ${outcome.status}`,
  );
}

describe('a kill at any moment', () => {
  it('loses nothing that was finished and leaves nothing half-valid', async () => {
    const whole = runChild(join(directory, 'whole'), 0);
    const [calls = '', statuses] = whole.stdout.split('\n');
    expect(statuses, whole.stderr).toBe('built built BUILD_FAILED');
    const total = Number(calls);
    expect(total).toBeGreaterThan(200);
    const rig = await openRig();
    const reference = await summary(rig, crashPlan(rig));
    await rig.close();

    // Evenly over the whole run with a random start, so that many runs see every point.
    const points = 24;
    const offset = Math.random();
    let kills = 0;
    for (let i = 0; i < points; i += 1) {
      const killAt = 1 + Math.floor(((i + offset) * total) / points);
      const path = join(directory, `killed-${i}`);
      const killed = runChild(path, killAt);
      // Two jobs share the calls differently each time, so a late point may lie after the end.
      if (killed.signal === 'SIGKILL') kills += 1;
      else expect(killed.stdout, killed.stderr).toContain('built');
      await expectWholeAndResumable(path, reference);
      rmSync(path, { recursive: true, force: true });
    }
    expect(kills).toBeGreaterThan(points / 2);
  });
});

describe('a store on a full disk', () => {
  const mountable =
    spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

  it.skipIf(!mountable)('says so, keeps nothing half, and works again when there is room', () => {
    const path = join(directory, 'full');
    mkdirSync(path);
    // Constant script, paths as arguments: 48 KiB of room, then 8 MiB.
    const script =
      'mount -t tmpfs -o size=8m none "$1" && head -c 8144k /dev/zero >"$1/ballast" && "$2" "$3" "$1/store" 0 && rm "$1/ballast" && "$2" "$3" "$1/store" 0';
    const full = spawnSync('unshare', ['-rm', 'sh', '-euc', script, 'sh', path, execPath, child], {
      encoding: 'utf8',
      timeout: 200_000,
      env: { ...process.env, TMPDIR: directory },
    });
    const lines = full.stdout.trim().split('\n');
    expect(lines[1], full.stderr).toContain('STORE_FULL');
    expect(lines[3], full.stderr).toBe('built built BUILD_FAILED');
  });
});
