// Makes environments with selfsame and with mmdebstrap from the very same packages, and compares every
// entry: names, types, modes, owners, link targets and contents. Then makes them again in a second store on
// another file system (a tmpfs, as root) and compares digests.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exit, stderr, stdout } from 'node:process';
import { fetchPackages } from '../../packages/selfsame/src/environment/debian/fetch-packages.js';
import { resolveEnvironment } from '../../packages/selfsame/src/environment/debian/resolve.js';
import { scanTree } from '../../packages/selfsame/src/environment/layers/tree-program.js';
import { materialise } from '../../packages/selfsame/src/environment/materialise.js';
import type {
  EnvironmentSpec,
  LockedEnvironment,
} from '../../packages/selfsame/src/environment/types.js';
import { runInUserNamespace } from '../../packages/selfsame/src/sandbox/user-namespace.js';
import { openStore } from '../../packages/selfsame/src/store/store.js';

const sets: readonly Pick<EnvironmentSpec, 'suite' | 'packages'>[] = [
  { suite: 'bookworm', packages: ['apt', 'build-essential', 'ca-certificates', 'python3'] },
  {
    suite: 'trixie',
    packages: ['apt', 'build-essential', 'debhelper', 'cmake', 'python3', 'default-jre-headless'],
  },
];

/** What may differ from an installation by mmdebstrap, and why. */
const allowed: readonly (readonly [RegExp, string])[] = [
  [/^(?:dev|proc|sys|run|tmp)(?:\/|$)/u, 'of the running system'],
  [/^etc\/(?:fstab|hostname|resolv\.conf|machine-id)$/u, 'made by mmdebstrap, not by a package'],
  [
    /^etc\/apt\/(?:sources\.list|apt\.conf\.d\/99mmdebstrap)$/u,
    'where mmdebstrap took packages from',
  ],
  [
    /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-$|^etc\/\.pwd\.lock$|-old$/u,
    'backups and locks',
  ],
  [/^etc\/shells$/u, 'notes the order of unpacking'],
  [/^etc\/shadow$/u, 'has the date of the run, or SOURCE_DATE_EPOCH'],
  [/^etc\/ssl\/certs\/java\/cacerts$/u, 'has the date of the run'],
  [/^var\/(?:cache|log|lib\/apt)\//u, 'caches, logs, and what apt knows of mirrors'],
  [
    /^var\/lib\/dpkg\/(?:arch|lock.*|triggers\/(?:File|Lock)|diversions)$/u,
    'the same lines in another order, or empty',
  ],
  [/^var\/lib\/systemd\/deb-systemd-helper/u, 'notes the order of scripts'],
  [/__pycache__/u, 'byte code: checked by time or by hash'],
];

const place = await mkdtemp(join(tmpdir(), 'selfsame-conformance-environments-'));
const isRoot = process.getuid?.() === 0;
let failures = 0;
try {
  for (const set of sets) await compareSet(set);
} finally {
  if (isRoot) spawnSync('umount', ['-l', join(place, 'tmpfs')], { stdio: 'ignore' });
  await runInUserNamespace(['rm', '-rf', '--', place]);
  await rm(place, { recursive: true, force: true });
}
exit(failures === 0 ? 0 : 1);

async function compareSet({ suite, packages }: (typeof sets)[number]): Promise<void> {
  await using context = await open(join(place, `store-${suite}`));
  const spec: EnvironmentSpec = {
    ...{ name: suite, distribution: 'debian', suite, architecture: 'amd64' },
    ...{ components: ['main'], extraSuites: [], packages },
  };
  const locked = await resolveEnvironment(spec, { previous: undefined, update: false }, context);
  const all = locked.stages.flatMap((stage) => stage.packages);
  await fetchPackages(all, locked, context);
  const files = all.map(({ sha256 }) => context.store.filePath(sha256));
  const { digest, rootLayers } = await materialise(locked, context);

  const peer = join(place, `peer-${suite}`);
  await mmdebstrap(
    suite,
    all.map(({ name }) => name),
    files,
    peer,
  );
  const [ours, theirs] = [await entries(rootLayers[0] ?? ''), await entries(peer)];
  const different = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((path) => ours.get(path) !== theirs.get(path))
    .filter((path) => !allowed.some(([pattern]) => pattern.test(path)))
    .sort();
  for (const path of different.slice(0, 50)) {
    stderr.write(
      `${suite}: ${path}\n  selfsame   ${ours.get(path) ?? '-'}\n  mmdebstrap ${theirs.get(path) ?? '-'}\n`,
    );
  }
  report(
    different.length === 0,
    `${suite}: ${ours.size} entries as mmdebstrap makes them (${different.length} differ)`,
  );
  await runInUserNamespace(['rm', '-rf', '--', peer]);
  if (isRoot) await compareStores(locked, files, digest);
}

/** Names of directories come in another order from a tmpfs, and ids of files are others. */
async function compareStores(
  locked: LockedEnvironment,
  files: readonly string[],
  digest: string,
): Promise<void> {
  const mount = join(place, 'tmpfs');
  await mkdir(mount, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6g', 'tmpfs', mount]).status !== 0) return;
  try {
    await using context = await open(join(mount, 'store'));
    for (const file of files) await context.store.putFile(file);
    const again = await materialise(locked, context);
    report(
      again.digest === digest,
      `${locked.suite}: the same digest in another store (${digest})`,
    );
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
}

function report(isGood: boolean, what: string): void {
  if (!isGood) failures++;
  stdout.write(`${isGood ? 'ok' : 'NOT OK'} ${what}\n`);
}

async function open(path: string) {
  const store = await openStore(path);
  return {
    store,
    emit: () => undefined,
    signal: new AbortController().signal,
    settings: {
      ...{ storePath: path, jobs: 2, offline: false, parallelDownloads: 8 },
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
    },
    [Symbol.asyncDispose]: () => Promise.resolve(store.close()),
  };
}

/** From a flat archive of exactly these packages, in a user namespace, so that both trees have the same ids. */
async function mmdebstrap(
  suite: string,
  names: readonly string[],
  files: readonly string[],
  out: string,
): Promise<void> {
  const archive = join(place, `archive-${suite}`);
  await mkdir(archive, { recursive: true });
  const stanzas: string[] = [];
  for (const [index, file] of files.entries()) {
    const control = execFileSync('dpkg-deb', ['-f', file], { encoding: 'utf8' }).trim();
    const [sum = ''] = execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ');
    const size = execFileSync('stat', ['-c', '%s', file], { encoding: 'utf8' }).trim();
    await copyFile(file, join(archive, `${index}.deb`));
    stanzas.push(`${control}\nFilename: ./${index}.deb\nSize: ${size}\nSHA256: ${sum}`);
  }
  await writeFile(join(archive, 'Packages'), `${stanzas.join('\n\n')}\n`);
  const result = spawnSync(
    'mmdebstrap',
    [
      // Since trixie base-files brings merged-/usr itself.
      ...(suite === 'bookworm' ? ['--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'] : []),
      ...['--variant=apt', `--include=${names.join(',')}`, suite, `${out}.tar`],
      `deb [trusted=yes] copy:${archive} ./`,
    ],
    { encoding: 'utf8', timeout: 15 * 60_000 },
  );
  if (result.status !== 0) throw new Error(`mmdebstrap failed: ${result.stderr.slice(-3000)}`);
  await mkdir(out);
  const unpacked = await runInUserNamespace([
    'tar',
    '-C',
    out,
    '--numeric-owner',
    '--exclude=./dev/*',
    '-xpf',
    `${out}.tar`,
  ]);
  if (unpacked.exitCode !== 0) throw new Error(unpacked.stderr.toString('utf8').slice(-2000));
  await rm(`${out}.tar`);
  await rm(archive, { recursive: true });
}

async function entries(root: string): Promise<ReadonlyMap<string, string>> {
  const scanned = await scanTree(root, new AbortController().signal);
  return new Map(
    scanned.map((entry) => {
      const owner = `${entry.uid}:${entry.gid}`;
      const mode = entry.type === 'symlink' ? '' : entry.mode.toString(8);
      const content =
        entry.type === 'file' ? entry.sha256 : entry.type === 'symlink' ? entry.target : '';
      return [entry.path, [entry.type, mode, owner, content].join(' ')];
    }),
  );
}
