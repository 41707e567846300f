import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * esbuild with the settings every bundle here shares: modules for the oldest Node we support.
 * @param {import('esbuild').BuildOptions} options
 */
export function bundleForNode(options) {
  return build({
    absWorkingDir: repositoryRoot,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
    ...options,
  });
}

/**
 * Leaves imports of `packages/<name>/src/…` to the compiled files in `packages/<name>/dist/…`, so that
 * what is measured or inspected is what people run, and files found beside a module are found.
 * @type {import('esbuild').Plugin}
 */
export const compiledPackages = {
  name: 'compiled-packages',
  setup(builder) {
    builder.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const target = join(resolveDir, path);
      const parts = target.slice(repositoryRoot.length + 1).split(sep);
      if (parts[0] !== 'packages' || parts[2] !== 'src') return undefined;
      const compiled = join(repositoryRoot, 'packages', parts[1] ?? '', 'dist', ...parts.slice(3));
      return { path: compiled.replace(/\.ts$/, '.js'), external: true };
    });
  },
};
