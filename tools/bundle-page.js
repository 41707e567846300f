// Makes the page that judges evidence in a browser: packages/selfsame/dist/evidence-page.html, one file without
// any other, from packages/page and packages/verify as they are.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, pid } from 'node:process';
import { build } from 'esbuild';
import { repositoryRoot } from './esbuild-options.js';

const page = join(repositoryRoot, 'packages/page');

/** @param {string} text */
const digest = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const { outputFiles } = await build({
  absWorkingDir: repositoryRoot,
  entryPoints: [join(page, 'src/main.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'browser',
  target: ['chrome137', 'firefox130', 'safari17'],
  minifySyntax: true,
  minifyWhitespace: true,
  charset: 'ascii',
  logLevel: 'warning',
  inject: [join(page, 'src/buffer.ts')],
  alias: {
    'node:crypto': join(page, 'src/crypto.ts'),
    '@selfsame/verify': join(repositoryRoot, 'packages/verify/src/index.ts'),
  },
});
// Nothing in a script element may look like its end.
const script = (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
const style = (await readFile(join(page, 'page.css'), 'utf8')).trim();
// The digests are of exactly what stands between the tags.
const html = (await readFile(join(page, 'page.html'), 'utf8'))
  .replace('@STYLE_DIGEST@', () => digest(style))
  .replace('@SCRIPT_DIGEST@', () => digest(script))
  .replace(/<style>[^<]*<\/style>/, () => `<style>${style}</style>`)
  .replace(/<script>[^<]*<\/script>/, () => `<script>${script}</script>`);
const target = argv[2] ?? join(repositoryRoot, 'packages/selfsame/dist/evidence-page.html');
await mkdir(join(target, '..'), { recursive: true });
await writeFile(`${target}.${pid}`, html);
await rename(`${target}.${pid}`, target);
