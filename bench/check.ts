import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';

import {
  dependsOn,
  searchFake,
  variationNames,
} from '../packages/selfsame/src/vary/search/testing.js';
import { median } from './median.js';
import { unvaried } from './peers/unvaried.js';
import type { BenchRow } from './row.js';

const repository = join(import.meta.dirname, '..');
const rounds = 5;

/** What a check costs: builds until the one variation that matters is named, and the time of all of it. */
export async function run(): Promise<readonly BenchRow[]> {
  return [
    await buildsNeeded(32),
    await buildsNeeded(64),
    ...(await tinyProject()),
    ...(await unvaried(repository)),
  ];
}

/** The most builds for any of n variations, in simulation: nothing in the bytes tells which it is. */
async function buildsNeeded(count: number): Promise<BenchRow> {
  const variations = variationNames(count);
  let most = 0;
  for (const cause of variations) {
    const { built } = await searchFake({ artifacts: { a: dependsOn([cause]) } }, { variations });
    most = Math.max(most, built.length);
  }
  const bar = 2 + 2 * Math.log2(count);
  return {
    name: `builds until one of ${count} variations is named and proved, no hints`,
    ours: most,
    peer: bar,
    unit: 'builds',
    ratio: most / bar,
    bar: '≤ 2 + 2·log₂(n)',
    met: most <= bar,
    note: 'reprotest --auto-build: up to n + 3',
  };
}

/** A whole check of a project that takes no time to build, beside reprotest with those of its variations that need no rights. */
async function tinyProject(): Promise<readonly BenchRow[]> {
  const place = await mkdtemp(join(tmpdir(), 'selfsame-bench-check-'));
  try {
    const project = join(place, 'project');
    await mkdir(project);
    await writeFile(join(project, 'Makefile'), 'out: ; echo constant > out\n');
    const selfsame = join(repository, 'packages/selfsame/bin/selfsame.js');
    const again = { ...env, SELFSAME_STORE: join(place, 'store') };
    const check = (): number => {
      const begun = performance.now();
      execFileSync(execPath, [selfsame, 'check', '--', 'make'], {
        cwd: project,
        env: again,
        stdio: 'ignore',
      });
      return performance.now() - begun;
    };
    const variations = 'build_path,environment,home,locales,timezone,umask,time,exec_path';
    const reprotest = (): number | undefined => {
      const begun = performance.now();
      const words = [`--variations=${variations}`, '-c', 'make', project, 'out'];
      const { status } = spawnSync('reprotest', words, { stdio: 'ignore' });
      return status === 0 ? performance.now() - begun : undefined;
    };
    check();
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(check());
      const other = reprotest();
      if (other !== undefined) theirs.push(other);
    }
    const peer = theirs.length > 0 ? median(theirs) : 5000;
    return [
      {
        name: 'whole check of a tiny project that is reproducible, all variations',
        ours: Math.round(median(ours)),
        peer: Math.round(peer),
        unit: 'ms',
        ratio: median(ours) / peer,
        bar: theirs.length > 0 ? '≤ reprotest with 8 of its variations' : '≤ 5 s',
        met: median(ours) <= peer,
      },
    ];
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
