import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import { planBuilds } from './plan.js';
import type { Selection } from './plan.js';
import type { Plan } from './types.js';

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** The selfsame.yaml of workspaces that name none. */
export const plainWorkspace =
  'version: 1\nenvironments:\n  default: { debian: trixie, packages: [make, gcc] }\n';

/** Writes files (paths with their text) to a new directory, with a plain selfsame.yaml unless one is given. */
export function makeWorkspace(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'selfsame-recipe-'));
  made.push(root);
  for (const [path, text] of Object.entries({ 'selfsame.yaml': plainWorkspace, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Plans a workspace of these files. */
export function planOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  selection: Selection = {},
): Plan {
  return planBuilds(loadWorkspace(makeWorkspace(files)), selection);
}

/** The complaints about a workspace of these files, each as `CODE file:line:column+length message (hint)`. */
export function complaintsAbout(
  files: Readonly<Record<string, string | Uint8Array>>,
  selection: Selection = {},
): string[] {
  return complaintsOf(() => planOf(files, selection));
}

/** What a function complains about; nothing if it succeeds. */
export function complaintsOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    const errors = error instanceof SelfsameErrors ? error.errors : [error];
    return errors.map((each) => {
      if (!(each instanceof SelfsameError)) throw each;
      const { code, message, hint, location: at } = each;
      const place = at === undefined ? '' : ` ${at.file}:${at.line}:${at.column}+${at.length}`;
      return `${code}${place} ${message}${hint === undefined ? '' : ` (${hint})`}`;
    });
  }
}
