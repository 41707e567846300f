import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPackages } from '../packages/selfsame/src/environment/debian/fetch-packages.js';
import { resolveEnvironment } from '../packages/selfsame/src/environment/debian/resolve.js';
import { ensureLayers } from '../packages/selfsame/src/environment/layers/ensure-layers.js';
import { materialise } from '../packages/selfsame/src/environment/materialise.js';
import type { LockedEnvironment } from '../packages/selfsame/src/environment/types.js';
import { runInUserNamespace } from '../packages/selfsame/src/sandbox/user-namespace.js';
import { openStore } from '../packages/selfsame/src/store/store.js';
import { median } from './median.js';
import type { BenchRow } from './row.js';

/** Runs of each; mmdebstrap takes long enough to be measured twice. */
const rounds = { ours: 5, peer: 2 };

/**
 * An environment from layers that are in the store, and the same again, against mmdebstrap for the same
 * packages from a local archive, so that neither side fetches anything. Empty without mmdebstrap or an archive.
 */
export async function run(): Promise<readonly BenchRow[]> {
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) return [];
  const place = await mkdtemp(join(tmpdir(), 'selfsame-bench-environment-'));
  const store = await openStore(join(place, 'store'));
  const context = {
    store,
    emit: () => undefined,
    signal: new AbortController().signal,
    settings: {
      storePath: store.root,
      jobs: 2,
      offline: false,
      parallelDownloads: 8,
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
    },
  };
  try {
    const spec = {
      name: 'bench',
      distribution: 'debian',
      suite: 'bookworm',
      architecture: 'amd64',
      components: ['main'],
      extraSuites: [],
      packages: ['apt', 'build-essential'],
    } as const;
    const locked = await resolveEnvironment(spec, { previous: undefined, update: false }, context);
    const packages = locked.stages.flatMap((stage) => stage.packages);
    await ensureLayers(packages, {
      locked,
      context,
      fetch: (missing) => fetchPackages(missing, locked, context),
    });
    const files = packages.map(({ sha256 }) => store.filePath(sha256));
    const archive = await localArchive(join(place, 'archive'), files);

    const times = { ours: [] as number[], again: [] as number[], peer: [] as number[] };
    for (let round = 0; round < Math.max(rounds.ours, rounds.peer); round++) {
      if (round < rounds.peer)
        times.peer.push(await mmdebstrap(join(place, `peer${round}`), archive));
      // Another clock makes another environment of the same packages: all of the work, on the same layers.
      const fresh: LockedEnvironment = { ...locked, epoch: locked.epoch + round };
      times.ours.push(await timed(() => materialise(fresh, context)));
      times.again.push(await timed(() => materialise(fresh, context)));
    }
    const [ours, again, peer] = [times.ours, times.again, times.peer].map(median);
    if (ours === undefined || again === undefined || peer === undefined) return [];
    const note = `bookworm, build-essential and apt, ${packages.length} packages, as ${process.getuid?.() === 0 ? 'root' : 'an ordinary user'}`;
    return [
      {
        name: 'environment from layers in the store',
        ours: ours / 1000,
        peer: peer / 1000,
        unit: 's',
        ratio: peer / ours,
        bar: '≥ 6× faster than mmdebstrap',
        met: peer / ours >= 6,
        note: `${note}; median of ${rounds.ours}`,
      },
      {
        name: 'identical environment again',
        ours: again,
        peer: 100,
        unit: 'ms',
        ratio: again / 100,
        bar: '≤ 100 ms',
        met: again <= 100,
      },
    ];
  } finally {
    store.close();
    await runInUserNamespace(['rm', '-rf', '--', place]);
    await rm(place, { recursive: true, force: true });
  }
}

/** A flat archive of exactly these packages, as apt reads it from disk. */
async function localArchive(directory: string, files: readonly string[]): Promise<string> {
  await mkdir(directory, { recursive: true });
  const stanzas: string[] = [];
  for (const [index, file] of files.entries()) {
    const control = execFileSync('dpkg-deb', ['-f', file], { encoding: 'utf8' }).trim();
    const [sum = ''] = execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ');
    const size = execFileSync('stat', ['-c', '%s', file], { encoding: 'utf8' }).trim();
    await copyFile(file, join(directory, `${index}.deb`));
    stanzas.push(`${control}\nFilename: ./${index}.deb\nSize: ${size}\nSHA256: ${sum}`);
  }
  await writeFile(join(directory, 'Packages'), `${stanzas.join('\n\n')}\n`);
  return directory;
}

/** Milliseconds. */
async function mmdebstrap(out: string, archive: string): Promise<number> {
  const before = performance.now();
  const source = `deb [trusted=yes] copy:${archive} ./`;
  // Its hook for merged-/usr, as the package set says that /usr is merged.
  const hook = '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr';
  const argv = [hook, '--variant=apt', '--include=build-essential', 'bookworm', out, source];
  const { status, stderr } = spawnSync('mmdebstrap', argv, { encoding: 'utf8', timeout: 600_000 });
  const elapsed = performance.now() - before;
  if (status !== 0 || !existsSync(join(out, 'usr/bin/gcc'))) {
    throw new Error(`mmdebstrap failed: ${stderr.slice(-2000)}`);
  }
  await rm(out, { recursive: true, force: true });
  return elapsed;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
