import type { Sha256 } from '../store/types.js';
import { definitionDigest } from './build-id.js';
import type { BuildDefinition } from './definition.js';

/**
 * What is known of a build before anything is built: its build definition, except that needs are named
 * by their plan id because their artifacts do not exist yet.
 */
export interface PlanIdDocument extends Omit<BuildDefinition, 'type' | 'needs'> {
  readonly type: 'selfsame/plan-id/v1';
  /** Sorted by name. */
  readonly needs: readonly PlanNeed[];
}

export interface PlanNeed {
  readonly name: string;
  readonly planId: Sha256;
}

/**
 * The plan id: sha256 of the document's canonical JSON. Two builds with equal plan ids are the same
 * work; splitting work over machines goes by it. Throws `DEFINITION_INVALID` as `buildId` does.
 */
export function planId(plan: PlanIdDocument): Sha256 {
  return definitionDigest(plan);
}
