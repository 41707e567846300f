// Runs a TypeScript file of this repository that no package compiles (bench/, conformance/, tools/).
// Its own modules are bundled beside the source; packages come compiled (npm run typecheck).
// Usage: node tools/run-ts.js <file.ts> [arguments...]
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { argv, pid } from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundleForNode, compiledPackages } from './esbuild-options.js';

let imported = 0;

/**
 * Bundles one TypeScript file and imports it.
 * @param {string} file path of the source
 * @returns {Promise<Record<string, unknown>>} its exports
 */
export async function importTypeScript(file) {
  const source = resolve(file);
  imported += 1;
  const bundled = join(dirname(source), `.run-ts-${pid}-${imported}.mjs`);
  try {
    await bundleForNode({
      entryPoints: [source],
      outfile: bundled,
      packages: 'external',
      plugins: [compiledPackages],
    });
    return await import(pathToFileURL(bundled).href);
  } finally {
    await rm(bundled, { force: true });
  }
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const file = argv[2];
  if (file === undefined) {
    process.stderr.write('usage: node tools/run-ts.js <file.ts> [arguments...]\n');
    process.exit(2);
  }
  argv.splice(1, 2, resolve(file));
  await importTypeScript(file);
}
