import { resolve } from 'node:path';
import type { Command } from '../command.js';

/** Made by tools/bundle-page.js in `dist`. */
const PAGE = 'evidence-page.html';

export const evidencePageCommand: Command = {
  name: 'evidence page',
  summary: 'write the page that judges evidence in a browser',
  description:
    'Writes one HTML file that judges evidence files which are dropped on it, with the same code as this program. ' +
    'It needs no server and no network, and its own rules forbid it both: open it from disk, or publish it.',
  arguments: [],
  options: [{ flags: '--out <file>', description: 'where to write (default: verify.html)' }],
  examples: [{ command: 'selfsame evidence page --out verify.html', does: 'write the page' }],
  async run(_args, options, context) {
    const { existsSync, readFileSync, writeFileSync } = await import('node:fs');
    const { dirname, join } = await import('node:path');
    const { fileURLToPath } = await import('node:url');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { out = 'verify.html' } = options;
    const name = String(out);
    let page: Buffer | undefined;
    // Sources, compiled files and the bundle have it above them, at different heights.
    for (let at = fileURLToPath(import.meta.url); page === undefined && dirname(at) !== at;) {
      at = dirname(at);
      for (const path of [join(at, PAGE), join(at, 'dist', PAGE)]) {
        if (existsSync(path)) page ??= readFileSync(path);
      }
    }
    if (page === undefined) {
      throw new SelfsameError(
        'EVIDENCE_PAGE_MISSING',
        'the page is not part of this installation',
        {
          hint: 'build it with: make build',
        },
      );
    }
    try {
      writeFileSync(resolve(context.cwd, name), page);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new SelfsameError('EVIDENCE_WRITE', `${name} cannot be written: ${code}`, {
        hint: 'name a file that you can write with --out FILE',
        cause,
      });
    }
    return { exitCode: 0, data: { file: name, bytes: page.length }, text: [`wrote ${name}`] };
  },
};
