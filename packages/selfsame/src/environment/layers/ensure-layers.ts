import { availableParallelism } from 'node:os';
import type { Context } from '../../context.js';
import type { Sha256 } from '../../store/types.js';
import type { LockedEnvironment, LockedPackage } from '../types.js';
import { findLayer, makeLayer } from './layer.js';
import type { Layer } from './layer.js';

export interface EnsureLayers {
  readonly locked: LockedEnvironment;
  readonly context: Context;
  /** Brings the .deb files of packages without a layer into the store. */
  readonly fetch: (packages: readonly LockedPackage[]) => Promise<void>;
}

/** Finds or makes the layer of each package, by the sha256 of its .deb. Unpacks as many at once as there are CPUs. */
export async function ensureLayers(
  packages: readonly LockedPackage[],
  { locked, context, fetch }: EnsureLayers,
): Promise<ReadonlyMap<Sha256, Layer>> {
  const layers = new Map<Sha256, Layer>();
  const found = await Promise.all(packages.map((item) => findLayer(item, context)));
  const missing = packages.filter((item, index) => {
    const layer = found[index];
    if (layer !== undefined) layers.set(item.sha256, layer);
    return layer === undefined;
  });
  const environment = locked.name;
  context.emit({
    type: 'environment-started',
    environment,
    packages: locked.stages.reduce((sum, stage) => sum + stage.packages.length, 0),
    layersMissing: missing.length,
  });
  if (missing.length === 0) return layers;
  await fetch(missing);
  // The largest first, so that none of them is what the others wait for at the end.
  const queue = [...missing].sort((a, b) => b.size - a.size);
  let done = 0;
  const failure: { error?: unknown } = {};
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if ('error' in failure) return;
      try {
        layers.set(item.sha256, await makeLayer(item, context));
      } catch (error) {
        failure.error ??= error;
        return;
      }
      done++;
      context.emit({
        type: 'environment-progress',
        environment,
        phase: 'unpack',
        done,
        total: missing.length,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 16) }, worker));
  if ('error' in failure) throw failure.error;
  return layers;
}
