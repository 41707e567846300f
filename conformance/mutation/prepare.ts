import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { folders, isMutated, isTest } from './folders.js';
import { instrument, type Mutant } from './schemata.js';

const here = import.meta.dirname;
const repositoryRoot = join(here, '../..');

const options = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'error',
} satisfies BuildOptions;

export interface Prepared {
  /** All there are, in the order of the folders, the files and the places in them. */
  readonly mutants: readonly Mutant[];
  /** Those that can be switched. */
  readonly chosen: readonly Mutant[];
  /** Bundles of test files, to be loaded by the worker. */
  readonly tests: readonly string[];
  /** The bundled program of a process that runs tests. */
  readonly worker: string;
}

/**
 * Copies the packages, with the switches in those files that have a chosen mutant, and bundles each wanted test file with
 * what it imports, of the copies.
 * @param scratch an empty folder
 * @param isChosen which mutants are to be tried
 * @param isWanted which test files, by their names, are to notice; without it, all of the folders that have a chosen mutant
 */
export async function prepare(
  scratch: string,
  isChosen: (mutant: Mutant) => boolean,
  isWanted?: (file: string) => boolean,
): Promise<Prepared> {
  await mkdir(join(scratch, 'packages'));
  for (const name of ['verify', 'selfsame']) {
    const source = join('packages', name, 'src');
    await cp(join(repositoryRoot, source), join(scratch, source), { recursive: true });
  }
  for (const name of ['node_modules', 'conformance', 'package.json']) {
    await symlink(join(repositoryRoot, name), join(scratch, name));
  }
  const mutants: Mutant[] = [];
  const tests: string[] = [];
  for (const folder of folders) {
    const files = await readdir(join(scratch, folder.path), { recursive: true });
    const named = files
      .filter((file) => file.endsWith('.ts'))
      .sort()
      .map((file) => ({ name: `${folder.name}${file}`, path: join(scratch, folder.path, file) }));
    let hasChosen = false;
    for (const { name, path } of named.filter((file) => isMutated(file.name))) {
      const made = instrument(await readFile(path, 'utf8'), name, mutants.length + 1);
      mutants.push(...made.mutants);
      if (!made.mutants.some(isChosen)) continue;
      hasChosen = true;
      await writeFile(path, made.text);
    }
    for (const { name, path } of named) {
      if (isTest(name) && (isWanted?.(name) ?? hasChosen)) tests.push(path);
    }
  }
  await build({
    ...options,
    entryPoints: tests,
    outdir: scratch,
    outbase: scratch,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    alias: { '@selfsame/verify': join(scratch, 'packages/verify/src/index.ts') },
    define: { 'import.meta.url': '__url', 'import.meta.dirname': '__folder' },
  });
  const worker = join(scratch, 'worker.mjs');
  await build({
    ...options,
    entryPoints: [join(here, 'worker.ts')],
    outfile: worker,
    format: 'esm',
  });
  return {
    mutants,
    chosen: mutants.filter(isChosen),
    tests: tests.map((path) => path.replace(/\.ts$/, '.cjs')),
    worker,
  };
}
