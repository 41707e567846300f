import { compareBytewise } from '@selfsame/verify';
import type { PinnedInput } from '../inputs/types.js';
import type { Plan } from '../recipe/types.js';
import { planId } from '../record/plan-id.js';
import type { Sha256 } from '../store/types.js';
import { definitionBody } from './define.js';
import type { EngineDependencies } from './dependencies.js';

/**
 * The plan id of every build of a plan, by key: what is known of a build before anything is built, with
 * needs named by their plan ids. Rejects as pinning inputs and looking up environments do.
 */
export async function planIds(
  plan: Plan,
  dependencies: Pick<EngineDependencies, 'pinInput' | 'lockedEnvironment'>,
): Promise<ReadonlyMap<string, Sha256>> {
  const ids = new Map<string, Sha256>();
  for (const key of plan.order) {
    const planned = plan.builds.get(key);
    if (planned === undefined) throw new TypeError(`the plan has no build ${key}`);
    const pins = new Map<string, PinnedInput>();
    for (const input of planned.inputs)
      pins.set(input.name, await dependencies.pinInput(planned, input));
    const needs = planned.needs
      .map((need) => ({ name: need.name, planId: ids.get(need.build) ?? '' }))
      .sort((a, b) => compareBytewise(a.name, b.name));
    ids.set(
      key,
      planId({
        type: 'selfsame/plan-id/v1',
        ...definitionBody(planned, pins, dependencies.lockedEnvironment(planned)),
        needs,
      }),
    );
  }
  return ids;
}
