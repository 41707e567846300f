import { canonicalDigest } from '@selfsame/verify';
import type { Sha256 } from '../store/types.js';
import { byIdentity } from './lock-format.js';
import type { LockedEnvironment } from './types.js';

/**
 * Raised by every change to composing, configuring or normalising that can change a finished tree:
 * it is part of every stage's id, and so of every build definition.
 */
export const materialiserVersion = 1;

/**
 * Ids of an environment's stages, in order. Each covers all stages before it, so that environments
 * share the stages they begin with. Suite, Release files, mirrors and pool paths are left out: they
 * cannot change the tree that these packages make.
 */
export function stageIds(locked: LockedEnvironment): readonly Sha256[] {
  const ids: Sha256[] = [];
  let below: Sha256 | null = null;
  for (const { packages } of locked.stages) {
    below = canonicalDigest({
      type: 'selfsame/environment-stage/v1',
      materialiser: materialiserVersion,
      below,
      distribution: locked.distribution,
      architecture: locked.architecture,
      epoch: locked.epoch,
      packages: [...packages]
        .sort(byIdentity)
        .map(({ name, version, architecture, sha256 }) => [name, version, architecture, sha256]),
    });
    ids.push(below);
  }
  return ids;
}

/** What a build definition says of its environment: the id of the last stage, known before anything is fetched. */
export function environmentDigest(locked: LockedEnvironment): Sha256 {
  return (
    stageIds(locked).at(-1) ??
    canonicalDigest({ type: 'selfsame/environment-stage/v1', materialiser: materialiserVersion })
  );
}
