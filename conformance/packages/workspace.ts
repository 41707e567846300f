// One workspace for all packages: each is a project with two native targets and two virtual ones.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Catalogue, StudiedPackage } from './catalogue.js';

/** What is built: twice natively and twice under `virtual`; the number is also that of the jobs. */
export const targets = ['native-1', 'virtual-1', 'native-2', 'virtual-2'] as const;
export type Target = (typeof targets)[number];

/**
 * Writes selfsame.yaml and the recipes; a lock that is there stays.
 *
 * @param round makes these builds other ones than those of another round in the same store
 */
export async function writeWorkspace(
  directory: string,
  catalogue: Catalogue,
  round: string,
): Promise<void> {
  await rm(join(directory, 'projects'), { recursive: true, force: true });
  for (const one of catalogue.packages) {
    const project = join(directory, 'projects', one.name);
    await mkdir(project, { recursive: true });
    await writeFile(join(project, 'recipe.yaml'), stringify(recipe(one, round)));
  }
  const { environments } = catalogue;
  await writeFile(join(directory, 'selfsame.yaml'), stringify({ version: 1, environments }));
}

function recipe(one: StudiedPackage, round: string): unknown {
  return {
    name: one.name,
    version: one.version ?? 'crate',
    environment: one.environment,
    // Natively no time of the sources is told, so that nothing normalises by it unless the builder does.
    ...(one.crate === undefined ? {} : { sourceDateEpoch: 1_700_000_000 }),
    targets: Object.fromEntries(
      targets.map((target) => [
        target,
        {
          determinism: target.startsWith('native') ? 'none' : 'virtual',
          variables: { jobs: target.slice(-1) },
        },
      ]),
    ),
    inputs:
      one.version === undefined
        ? {}
        : {
            source: {
              'debian-source': { package: one.name, version: one.version, suite: one.suite },
              unpack: true,
              at: `work/src/${one.path}`,
            },
          },
    steps: [{ name: 'build', run: `# ${round}\n${script(one)}${epilogue}` }],
    outputs: ['**'],
    limits: { time: '30m' },
    // As many as most machines have, so that programs which start a thread for each do so in both.
    cpus: 2,
  };
}

function script(one: StudiedPackage): string {
  const prelude = 'export JOBS=${{ variables.jobs }} OUT=/build/out\n';
  if (one.crate !== undefined) return prelude + crateScript(one.crate) + (one.build ?? '');
  return `${prelude}cd /build/work/src/${one.path}\n${goVariables(one)}${
    one.style === 'upstream' ? (one.build ?? '') : debianScript
  }`;
}

// Without what only the packaging of tests needs. Not compared: .buildinfo and .changes tell the number of jobs.
const debianScript = `export DEB_BUILD_OPTIONS=parallel=$JOBS
dpkg-buildpackage -b -us -uc -d
cp ../*.deb $OUT
`;

function goVariables({ language, style }: StudiedPackage): string {
  return language === 'Go' && style === 'upstream'
    ? 'export GO111MODULE=off GOPATH=/build/work:/usr/share/gocode GOCACHE=/build/work/cache\n'
    : '';
}

// Artifacts are files: links are told in one.
const epilogue = `find "$OUT" -type l -printf '%P -> %l\\n' | LC_ALL=C sort > "$OUT/links.txt"
find "$OUT" -type l -delete
times
`;

// Without the dependencies of tests and benchmarks, which Debian does not package.
function crateScript(crate: string): string {
  return `cp -rL /usr/share/cargo/registry/${crate}-[0-9]* source
cd source
awk '/^\\[/ { keep = !/^\\[\\[?(dev-dependencies|bench)/ } keep' Cargo.toml > trimmed
mv trimmed Cargo.toml
export CARGO_HOME=/build/work/cargo
`;
}
