import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store } from '../store/types.js';
import type { BuildOutcome } from './engine.js';
import { writeOut } from './write-out.js';
import type { OutProofs } from './write-out.js';

/**
 * Writes every result out. What is known of files written before is kept in the store, one file for
 * each out directory, so that a run that changes nothing reads no artifact.
 * @returns the directory of each build, by key
 */
export async function writeAllOut(
  store: Store,
  workspaceRoot: string,
  out: string,
  outcomes: readonly BuildOutcome[],
): Promise<ReadonlyMap<string, string>> {
  const name = createHash('sha256').update(`${workspaceRoot}\0${out}`).digest('hex');
  const path = join(store.root, 'roots', `${name}.out`);
  const proofs = readProofs(path);
  const before = JSON.stringify([...proofs]);
  const places = new Map<string, string>();
  for (const outcome of outcomes) {
    if (outcome.status !== 'built' && outcome.status !== 'cached') continue;
    places.set(outcome.key, writeOut(store, out, outcome.result, proofs));
    if (outcome.status === 'built') await nextTurn();
  }
  const after = JSON.stringify([...proofs]);
  if (after !== before) writeProofs(store, path, after);
  return places;
}

function readProofs(path: string): OutProofs {
  try {
    return new Map(JSON.parse(readFileSync(path, 'utf8')) as [string, string][]);
  } catch {
    return new Map();
  }
}

/** Best effort: without it the files are only hashed again next time. */
function writeProofs(store: Store, path: string, text: string): void {
  const draft = join(store.root, 'tmp', `out-${randomBytes(12).toString('hex')}`);
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch {
    rmSync(draft, { force: true });
  }
}
