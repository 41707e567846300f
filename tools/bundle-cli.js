// Bundles the command line into packages/selfsame/dist/cli-bundle: one small file that every start
// reads, and one per command, read only when that command runs. Type-checking is tsc's part.
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';
import { bundleForNode, repositoryRoot } from './esbuild-options.js';

const source = join(repositoryRoot, 'packages/selfsame/src');
const target = join(repositoryRoot, 'packages/selfsame/dist/cli-bundle');
const fresh = `${target}.${pid}`;

const { dependencies } = JSON.parse(
  await readFile(join(repositoryRoot, 'packages/selfsame/package.json'), 'utf8'),
);

/**
 * zod carries its messages in forty languages, and the start would read them all. Ours are English.
 * @type {import('esbuild').Plugin}
 */
const englishOnly = {
  name: 'english-only',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

await bundleForNode({
  entryPoints: [join(source, 'cli/main.ts')],
  outdir: fresh,
  splitting: true,
  minifySyntax: true,
  minifyWhitespace: true,
  chunkNames: '[name]-[hash]',
  legalComments: 'linked',
  plugins: [englishOnly],
  alias: { '@selfsame/verify': join(repositoryRoot, 'packages/verify/src/index.ts') },
  // Stays a package of its own: it may be replaced by the person (LGPL), and only few commands load it.
  external: Object.keys(dependencies).filter((name) => name === 'openpgp'),
  // CommonJS packages inside a module bundle still call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});
await rm(target, { recursive: true, force: true });
await rename(fresh, target);

// The page that judges evidence in a browser is part of what is installed.
await import('./bundle-page.js');
