// Bundles the command line into packages/selfsame/dist/cli-bundle:
// `start.js` for all commands, with a small file that every start reads and one per command, read only when that command
// runs; and for a command that has to start quickest one file with everything it needs. Type-checking is tsc's part.
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';
import { bundleForNode, repositoryRoot } from './esbuild-options.js';

const packageRoot = join(repositoryRoot, 'packages/selfsame');
const source = join(packageRoot, 'src/cli');
const target = join(packageRoot, 'dist/cli-bundle');
const fresh = `${target}.${pid}`;

const { dependencies } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
/** What starts commands that have a bundle of their own (bin/selfsame.js says which). */
const aloneStarts = ['start-evidence-verify'];

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

/**
 * commander loads node:child_process for subcommands that are programs of their own, of which we have none.
 * Every start would take 4 ms for it.
 * @type {import('esbuild').Plugin}
 */
const withoutChildProcess = {
  name: 'without-child-process',
  setup(builder) {
    const loading = "require('node:child_process')";
    builder.onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (text.split(loading).length !== 2) throw new Error(`${path} has no ${loading} any more`);
      return { contents: text.replace(loading, 'undefined') };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  outdir: fresh,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  plugins: [englishOnly, withoutChildProcess],
  alias: { '@selfsame/verify': join(repositoryRoot, 'packages/verify/src/index.ts') },
};

await bundleForNode({
  ...common,
  entryPoints: [join(source, 'start.ts')],
  splitting: true,
  chunkNames: '[name]-[hash]',
  // Stays a package of its own: it may be replaced by the person (LGPL), and only few commands load it.
  external: Object.keys(dependencies).filter((name) => name === 'openpgp'),
  // CommonJS packages inside a module bundle still call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});

/** Large packages that a command alone needs only now and then: a file each beside it, read when it is asked for. */
const seldom = ['yaml', 'zod'];
/** @type {import('esbuild').BuildOptions} */
const alone = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } };
await bundleForNode({ ...alone, entryPoints: seldom.map((name) => ({ in: name, out: name })) });
await bundleForNode({
  ...alone,
  entryPoints: aloneStarts.map((name) => join(source, `${name}.ts`)),
  plugins: [
    ...(alone.plugins ?? []),
    {
      name: 'seldom-beside',
      setup(builder) {
        builder.onResolve({ filter: new RegExp(`^(?:${seldom.join('|')})$`) }, ({ path }) => ({
          path: `./${path}.cjs`,
          external: true,
        }));
      },
    },
  ],
});
await rm(target, { recursive: true, force: true });
await rename(fresh, target);

// The page that judges evidence in a browser is part of what is installed.
await import('./bundle-page.js');
