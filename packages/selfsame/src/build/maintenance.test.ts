import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  utimesSync,
  writeFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectGarbage } from '../store/gc.js';
import { registerWorkspace } from '../store/roots.js';
import { openStore } from '../store/store.js';
import { storeTree } from '../store/store-tree.js';
import { verifyStore } from '../store/verify.js';
import { buildPlan } from './engine.js';
import { checkResultEntry, failedKeptFor, liveDigests } from './live.js';
import { buildRoots } from './roots-of.js';
import { openRig, planOf, plannedBuild, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';
import { hashListName, provenanceName } from './out-names.js';
import { writeOut } from './write-out.js';

let rig: Rig;
let workspace: string;
beforeEach(async () => {
  rig = await openRig();
  workspace = join(rig.directory, 'ws');
  mkdirSync(workspace);
});
afterEach(() => rig.close());

const plan = (script = 'make zlib') =>
  planOf(plannedBuild('zlib', [], { steps: [{ name: 'build', shell: 'sh', script }] }));

async function buildAndRegister(script?: string) {
  const outcomes = await buildPlan(plan(script), rig.dependencies, rig.context, rig.options());
  await registerWorkspace(rig.store, workspace, buildRoots(outcomes, rig.dependencies));
  const [outcome] = outcomes;
  if (outcome?.status !== 'built') throw new Error('not built');
  return outcome;
}

const gc = (more = {}) =>
  collectGarbage(rig.store, {
    live: () => liveDigests(rig.store, Date.now(), false),
    dryRun: false,
    keepAfter: Infinity,
    wait: false,
    signal: rig.abort.signal,
    ...more,
  });
const gcNow = (more = {}) => gc({ keepAfter: Date.now() + 60_000, ...more });

describe('store gc', () => {
  it('keeps the newest build of each project and removes what is not reachable', async () => {
    const old = await buildAndRegister('old');
    const fresh = await buildAndRegister('fresh');
    const loose = await rig.store.putFile(Buffer.from('loose'));
    writeFileSync(join(workspace, 'selfsame.lock'), JSON.stringify({ some: loose.sha256 }));
    const other = await rig.store.putFile(Buffer.from('other'));
    const dry = await gcNow({ dryRun: true });
    expect(await rig.store.hasFile(other.sha256)).toBe(true);
    const report = await gcNow();
    expect(report).toEqual(dry);
    expect(report.removed.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
      [`builds ${old.result.buildId}`, `files ${sha256('old\n')}`, `files ${other.sha256}`].sort(),
    );
    expect(report.removedBytes).toBeGreaterThan(0);
    expect(await rig.store.hasFile(loose.sha256)).toBe(true);
    expect(await rig.store.hasFile(sha256('fresh\n'))).toBe(true);
    rig.ran.length = 0;
    expect(
      await buildPlan(plan('fresh'), rig.dependencies, rig.context, rig.options()),
    ).toMatchObject([{ status: 'cached', result: { buildId: fresh.result.buildId } }]);
  });

  it('forgets a workspace whose directory is gone', async () => {
    const built = await buildAndRegister();
    rmSync(workspace, { recursive: true });
    await gcNow();
    expect(await rig.store.entry('builds', built.result.buildId)).toBeUndefined();
    expect(readdirSync(join(rig.store.root, 'roots'))).toEqual([]);
  });

  it('keeps what is younger than asked', async () => {
    const file = await rig.store.putFile(Buffer.from('young'));
    const tree = join(rig.directory, 't');
    mkdirSync(tree);
    const { digest } = await storeTree(rig.store, tree);
    await gc({ keepAfter: Date.now() - 60_000 });
    expect(await rig.store.hasFile(file.sha256)).toBe(true);
    expect(await rig.store.entry('trees', digest)).toBeDefined();
  });

  it('keeps failed builds for a week', async () => {
    rig.behave.set('zlib@default', () => ({ type: 'exited', code: 1 }));
    await buildPlan(plan(), rig.dependencies, rig.context, rig.options());
    await gcNow();
    expect(readdirSync(join(rig.store.root, 'failed'))).toHaveLength(1);
    await gcNow({ live: () => liveDigests(rig.store, Date.now() + failedKeptFor + 1, false) });
    expect(readdirSync(join(rig.store.root, 'failed'))).toEqual([]);
  });

  it('removes what dead processes and verify left', async () => {
    mkdirSync(join(rig.store.root, 'tmp', 'left', 'deep'), { recursive: true });
    chmodSync(join(rig.store.root, 'tmp', 'left'), 0o500);
    writeFileSync(join(rig.store.root, 'quarantine', 'files-x'), 'bad');
    const report = await gcNow();
    expect(report.removed.map(({ kind }) => kind)).toEqual(['leftovers', 'quarantine']);
    expect(readdirSync(join(rig.store.root, 'tmp'))).toEqual([]);
  });

  it('waits its turn while somebody builds', async () => {
    const other = await openStore(rig.store.root);
    const scratch = await other.scratch('work');
    await expect(gcNow()).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    const waiting = gcNow({ wait: true });
    await scratch[Symbol.asyncDispose]();
    other.close();
    await expect(waiting).resolves.toBeDefined();
  });
});

describe('store verify', () => {
  const verify = (repair = false) =>
    verifyStore(rig.store, {
      checks: { builds: checkResultEntry(rig.store) },
      repair,
      signal: rig.abort.signal,
    });

  it('finds nothing wrong with a whole store', async () => {
    await buildAndRegister();
    expect(await verify()).toMatchObject({ damaged: [], checkedFiles: 1, checkedEntries: 1 });
  });

  it('finds changed bytes, trees and results, moves them away on request, and they are made again', async () => {
    const built = await buildAndRegister();
    const source = join(rig.directory, 't');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), '1');
    const tree = await storeTree(rig.store, source);
    for (const path of [rig.store.filePath(sha256('make zlib\n')), join(tree.path, 'a')]) {
      const { atime, mtime } = statSync(path);
      chmodSync(path, 0o644);
      writeFileSync(path, readFileSync(path, 'utf8').toUpperCase().replace('1', '2'));
      utimesSync(path, atime, mtime);
    }
    const found = (await verify()).damaged.map(({ kind, name }) => `${kind} ${name}`);
    expect(found).toEqual([`files ${sha256('make zlib\n')}`, `trees ${tree.digest}`]);
    expect(await rig.store.hasFile(sha256('make zlib\n'))).toBe(true);
    const repaired = (await verify(true)).damaged;
    expect(repaired.map(({ kind }) => kind)).toEqual(['files', 'trees', 'builds']);
    for (const { quarantinedAt } of repaired) expect(existsSync(quarantinedAt ?? '')).toBe(true);
    expect((await verify()).damaged).toEqual([]);
    expect((await buildAndRegister()).result.buildId).toBe(built.result.buildId);
  });

  it('finds a result whose definition is not that of its id', async () => {
    const built = await buildAndRegister();
    writeFileSync(
      join(rig.store.entryPath('builds', built.result.buildId), 'definition.json'),
      '{}',
    );
    expect((await verify()).damaged).toMatchObject([
      { kind: 'builds', reason: expect.stringContaining('definition.json') as string },
    ]);
  });
});

describe('writeOut', () => {
  it('copies artifacts with their hash list, and again only what changed', async () => {
    const built = await buildAndRegister();
    const out = join(workspace, 'out');
    const proofs = new Map<string, string>();
    const directory = writeOut(rig.store, out, built.result, proofs);
    expect(directory).toBe(join(out, 'zlib/1.0/default'));
    expect(readFileSync(join(directory, 'SHA256SUMS'), 'utf8')).toBe(
      `${sha256('make zlib\n')}  result.txt\n`,
    );
    const file = join(directory, 'result.txt');
    expect(statSync(file).nlink).toBe(1);
    const { ino } = statSync(file);
    writeOut(rig.store, out, built.result, proofs);
    expect(statSync(file).ino).toBe(ino);
    writeOut(rig.store, out, built.result, new Map());
    expect(statSync(file).ino).toBe(ino);
    writeFileSync(file, 'make evil\n');
    writeOut(rig.store, out, built.result, proofs);
    expect(readFileSync(file, 'utf8')).toBe('make zlib\n');
  });

  it('takes no file for unchanged that was written a moment before', async () => {
    const built = await buildAndRegister();
    const out = join(workspace, 'out');
    const proofs = new Map<string, string>();
    const write = () => writeOut(rig.store, out, built.result, proofs);
    write();
    // Another write in the same tick of the clock would leave its times.
    expect(proofs.size).toBe(0);
    await expect.poll(() => write() && proofs.size).toBe(2);
  });

  it('puts the provenance of the store beside them, written once', async () => {
    const { result } = await buildAndRegister();
    const out = join(workspace, 'out');
    const proofs = new Map<string, string>();
    const file = join(writeOut(rig.store, out, result, proofs), provenanceName);
    const stored = join(rig.store.entryPath('builds', result.buildId), 'provenance.json');
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(stored, 'utf8'));
    const { ino } = statSync(file);
    writeOut(rig.store, out, result, proofs);
    expect(statSync(file).ino).toBe(ino);
    writeFileSync(file, '{}');
    writeOut(rig.store, out, result, proofs);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(stored, 'utf8'));
    rmSync(stored);
    writeOut(rig.store, out, result, proofs);
    expect(existsSync(file)).toBe(false);
  });

  it.each([hashListName, provenanceName, `${hashListName}/deep`])(
    'never writes an artifact as %s',
    async (path) => {
      const { result } = await buildAndRegister();
      const [artifact] = result.artifacts;
      const named = { ...result, artifacts: [{ ...artifact!, path }] };
      const out = join(workspace, 'out');
      expect(() => writeOut(rig.store, out, named, new Map())).toThrowError(
        expect.objectContaining({ code: 'OUT_UNWRITABLE' }) as Error,
      );
      expect(existsSync(out)).toBe(false);
    },
  );

  it('removes files of the last result that are gone, and no others', async () => {
    const built = await buildAndRegister();
    const out = join(workspace, 'out');
    const directory = writeOut(rig.store, out, built.result, new Map());
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    writeFileSync(join(rig.directory, 'precious'), 'mine');
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'sub/old'), '');
    const escape = '../../../../../precious';
    writeFileSync(
      join(directory, 'SHA256SUMS'),
      `${'0'.repeat(64)}  sub/old\n${'0'.repeat(64)}  ${escape}\n`,
    );
    expect(existsSync(join(directory, escape))).toBe(true);
    writeOut(rig.store, out, built.result, new Map());
    expect(readdirSync(directory).sort()).toEqual([
      'SHA256SUMS',
      'notes.txt',
      'provenance.intoto.json',
      'result.txt',
    ]);
    expect(existsSync(join(rig.directory, 'precious'))).toBe(true);
  });

  it('says which directory cannot be written', async () => {
    const built = await buildAndRegister();
    writeFileSync(join(rig.directory, 'file'), '');
    expect(() =>
      writeOut(rig.store, join(rig.directory, 'file'), built.result, new Map()),
    ).toThrowError(expect.objectContaining({ code: 'OUT_UNWRITABLE' }) as Error);
  });
});
