// Runs a TypeScript file of this repository that no package compiles (bench/, conformance/, tools/).
// Its own modules are bundled in a directory for temporary files, so that the checkout may be somebody else's;
// packages come compiled (npm run typecheck).
// Usage: node tools/run-ts.js <file.ts> [arguments...]
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundleForNode, compiledPackages, repositoryRoot } from './esbuild-options.js';

/**
 * Bundles one TypeScript file and imports it.
 * @param {string} file path of the source
 * @returns {Promise<Record<string, unknown>>} its exports
 */
export async function importTypeScript(file) {
  const source = resolve(file);
  const scratch = await mkdtemp(join(tmpdir(), 'selfsame-run-ts-'));
  const bundled = join(scratch, 'bundle.mjs');
  try {
    await symlink(join(repositoryRoot, 'node_modules'), join(scratch, 'node_modules'));
    await bundleForNode({
      entryPoints: [source],
      outfile: bundled,
      // The bundle is where the source is, as far as it can tell.
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(source).href),
        'import.meta.dirname': JSON.stringify(dirname(source)),
        'import.meta.filename': JSON.stringify(source),
      },
      packages: 'external',
      plugins: [compiledPackages],
    });
    return await import(pathToFileURL(bundled).href);
  } finally {
    await rm(scratch, { recursive: true, force: true });
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
