import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import { checkRunnable } from './debian/architecture.js';
import { fetchPackages } from './debian/fetch-packages.js';
import { makeStage } from './debian/stage.js';
import { decodeEntries, encodeEntry } from './layers/entry-codec.js';
import type { EncodedEntry } from './layers/entry-codec.js';
import { ensureLayers } from './layers/ensure-layers.js';
import { digestTree, sortByPath } from './layers/tree-entry.js';
import type { Tree } from './layers/tree-entry.js';
import { stageIds } from './stage-id.js';
import type { LockedEnvironment, LockedStage, MaterialisedEnvironment } from './types.js';

/** What `environment.json` of a stage says. */
interface StageRecord {
  readonly stageVersion: 1;
  readonly digest: Sha256;
  readonly entries: number;
}

/**
 * Makes the environment a lock describes, or finds it made: each stage is kept in the store under its id,
 * so that environments share the stages they begin with. The tree is the same on every machine, for every
 * user, at any time (docs/environments.md says how); its digest is in the result.
 *
 * @throws SelfsameError PACKAGE_UNAVAILABLE, PACKAGE_REFUSED, PACKAGES_COLLIDE, PACKAGE_SCRIPT_FAILED,
 *   ARCHITECTURE_NOT_RUNNABLE, HOST_TOOL_MISSING, STORE_FULL, INTERRUPTED, or what the sandbox could not start for
 */
export async function materialise(
  locked: LockedEnvironment,
  context: Context,
): Promise<MaterialisedEnvironment> {
  const started = performance.now();
  const ids = stageIds(locked);
  const last = ids.at(-1);
  if (last === undefined) {
    throw new SelfsameError(
      'LOCK_INVALID',
      `environment "${locked.name}" is locked without packages`,
      {
        hint: 'run: selfsame lock --update',
      },
    );
  }
  const done = (record: StageRecord, cached: boolean): MaterialisedEnvironment => {
    const milliseconds = Math.round(performance.now() - started);
    const { digest } = record;
    context.emit({
      type: 'environment-ready',
      environment: locked.name,
      digest,
      cached,
      milliseconds,
    });
    const rootLayers = [join(context.store.entryPath('environments', last), 'tree')];
    return { name: locked.name, digest, rootLayers };
  };
  const before = await findStage(last, context);
  if (before !== undefined) return done(before, true);

  await checkRunnable(locked);
  // One process makes it, others wait and find it made.
  await using _lock = await context.store.lock(`environment-${last}`, { signal: context.signal });
  const meanwhile = await findStage(last, context);
  if (meanwhile !== undefined) return done(meanwhile, true);
  return done(await makeStages(locked, ids, context), false);
}

/** The absolute path and digest of a stage in the store, by its id. */
export async function findEnvironment(
  id: Sha256,
  context: Pick<Context, 'store'>,
): Promise<{ readonly path: string; readonly digest: Sha256 } | undefined> {
  const record = await findStage(id, context);
  if (record === undefined) return undefined;
  return { path: join(context.store.entryPath('environments', id), 'tree'), digest: record.digest };
}

/**
 * The finished tree of a stage in the store, and the absolute path of it.
 * @throws SelfsameError ENVIRONMENT_DAMAGED when it is not there
 */
export async function loadTree(
  id: Sha256,
  context: Pick<Context, 'store'>,
): Promise<{ readonly tree: Tree; readonly path: string }> {
  const path = context.store.entryPath('environments', id);
  let encoded: EncodedEntry[];
  try {
    encoded = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')) as EncodedEntry[];
  } catch (error) {
    throw new SelfsameError('ENVIRONMENT_DAMAGED', `${path} has no manifest that can be read`, {
      hint: 'run: selfsame store verify',
      cause: error,
    });
  }
  const tree = new Map(decodeEntries(encoded).map((entry) => [entry.path, entry]));
  return { tree, path: join(path, 'tree') };
}

async function makeStages(
  locked: LockedEnvironment,
  ids: readonly Sha256[],
  context: Context,
): Promise<StageRecord> {
  const made = await countMade(ids, context);
  const missing = locked.stages.slice(made).flatMap(({ packages }) => packages);
  const layers = await ensureLayers(missing, {
    locked,
    context,
    fetch: (packages) => fetchPackages(packages, locked, context),
  });
  const lastMade = ids[made - 1];
  let below = lastMade === undefined ? undefined : await loadTree(lastMade, context);
  let record: StageRecord | undefined;
  for (const [index, stage] of locked.stages.entries()) {
    const id = ids[index];
    if (index < made || id === undefined) continue;
    const result = await keepStage(id, stage, below, locked, layers, context);
    below = result.below;
    record = result.record;
  }
  if (record === undefined) throw new SelfsameError('ENVIRONMENT_DAMAGED', 'no stage was made');
  return record;
}

interface Below {
  readonly tree: Tree;
  readonly path: string;
}

async function keepStage(
  id: Sha256,
  stage: LockedStage,
  below: Below | undefined,
  locked: LockedEnvironment,
  layers: Awaited<ReturnType<typeof ensureLayers>>,
  context: Context,
): Promise<{ below: Below; record: StageRecord }> {
  const progress = (phase: 'compose' | 'configure' | 'digest'): void =>
    context.emit({
      type: 'environment-progress',
      environment: locked.name,
      phase,
      done: locked.stages.indexOf(stage),
      total: locked.stages.length,
    });
  let tree: Tree = new Map();
  let record: StageRecord | undefined;
  const path = await context.store.publish('environments', id, async (directory) => {
    tree = await makeStage(
      {
        source: `environment ${locked.name}`,
        architecture: locked.architecture,
        epoch: locked.epoch,
        below,
        layers: stage.packages
          .map((item) => layers.get(item.sha256))
          .filter((item) => item !== undefined),
        directory,
        onPhase: progress,
      },
      context,
    );
    progress('digest');
    const entries = sortByPath(tree.values());
    record = { stageVersion: 1, digest: digestTree(entries), entries: entries.length };
    await writeFile(
      join(directory, 'manifest.json'),
      `${JSON.stringify(entries.map(encodeEntry))}\n`,
    );
    await writeFile(join(directory, 'environment.json'), `${JSON.stringify(record)}\n`);
  });
  if (record !== undefined) return { below: { tree, path: join(path, 'tree') }, record };
  // Another process was faster: its entry is the one that stays.
  const kept = await findStage(id, context);
  if (kept === undefined) {
    throw new SelfsameError('ENVIRONMENT_DAMAGED', `${path} is not a complete environment`, {
      hint: 'run: selfsame store verify',
    });
  }
  return { below: await loadTree(id, context), record: kept };
}

/** How many stages, from the last that is there, need not be made. */
async function countMade(ids: readonly Sha256[], context: Context): Promise<number> {
  for (let count = ids.length; count > 0; count--) {
    const id = ids[count - 1];
    if (id !== undefined && (await findStage(id, context)) !== undefined) return count;
  }
  return 0;
}

async function findStage(
  id: Sha256,
  context: Pick<Context, 'store'>,
): Promise<StageRecord | undefined> {
  const path = join(context.store.entryPath('environments', id), 'environment.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as StageRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SelfsameError('ENVIRONMENT_DAMAGED', `${path} cannot be read`, {
      hint: 'run: selfsame store verify',
      cause: error,
    });
  }
}
