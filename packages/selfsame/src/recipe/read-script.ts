import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { SourceLocation } from '../errors/selfsame-error.js';
import type { TextSource } from './expressions/expand.js';
import { indexLines } from '../util/yaml/line-index.js';
import type { Recipe } from './recipe.js';

/** Largest script file, bytes. */
const largestScript = 1024 * 1024;

/**
 * The script of a step that stands in a file of its own, inside the recipe's directory.
 *
 * @param at where the recipe names it
 * @throws SelfsameError SCRIPT_UNREADABLE
 */
export function readScript(
  path: string,
  recipe: Recipe,
  at: SourceLocation,
  display: (path: string) => string,
): TextSource {
  const refuse = (why: string, hint: string): SelfsameError =>
    new SelfsameError('SCRIPT_UNREADABLE', `script ${path} ${why}`, { location: at, hint });
  const full = join(recipe.directory, path);
  let real: string;
  try {
    real = realpathSync(full);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw refuse(why, `create ${display(full)}, or correct the name`);
  }
  if (!real.startsWith(recipe.directory + sep)) {
    throw refuse('is outside the directory of the recipe', 'move it beside the recipe');
  }
  const status = lstatSync(real);
  if (!status.isFile()) throw refuse('is not a file', 'name a text file');
  if (status.size > largestScript) {
    throw refuse(
      `is larger than ${largestScript} bytes`,
      'make it an input and call it from a short script',
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(real));
  } catch {
    throw refuse('is not UTF-8 text', 'save it as UTF-8');
  }
  if (text.includes('\0')) throw refuse('holds a NUL byte', 'name a text file');
  const lines = indexLines(text, display(full));
  return { text, locate: (offset, length) => lines.locate(offset, offset + length) };
}
