import { dirname } from 'node:path';
import { canonicalDigest } from '@selfsame/verify';
import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { InputKindName, InputSpec } from '../inputs/schema.js';
import type { InputContext, InputKind, PinnedInput } from '../inputs/types.js';
import type { Plan, PlannedBuild, PlannedInput } from '../recipe/types.js';
import type { Sha256 } from '../store/types.js';

/** How a kind of input is found: inputs/kinds.ts, loaded when first asked for, or a fake. */
export type FindInputKind = (name: InputKindName) => Promise<InputKind<InputSpec>>;

/** Key of an input in `selfsame.lock`. */
export function inputLockKey(
  build: Pick<PlannedBuild, 'key'>,
  input: Pick<PlannedInput, 'name'>,
): string {
  return `${build.key}/${input.name}`;
}

/** Where things may be had from: changing them changes nothing that was pinned. */
const placeFields = new Set(['url', 'urls']);

/** Digest of what a recipe asks for, kept in the lock as `origin.asked`: a changed recipe shows as an outdated lock. */
export function askedDigest(spec: InputSpec): Sha256 {
  return canonicalDigest(withoutPlaces(spec));
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => !placeFields.has(name) && field !== undefined)
      .map(([name, field]) => [name, withoutPlaces(field)]),
  );
}

/**
 * What `selfsame lock` writes for the inputs of a plan: those the recipe does not pin by itself.
 * Equal inputs of several builds are pinned once. Rejects with what the kinds' `pin` rejects with.
 */
export async function pinInputs(
  plan: Plan,
  findKind: FindInputKind,
  context: Context,
  workspaceRoot: string,
): Promise<Record<string, PinnedInput>> {
  const pinned: Record<string, PinnedInput> = {};
  const done = new Map<string, PinnedInput>();
  for (const key of plan.order) {
    const build = plan.builds.get(key);
    for (const input of build?.inputs ?? []) {
      if (build === undefined) continue;
      const kind = await findKind(input.spec.kind);
      if (kind.pinsItself(input.spec)) continue;
      const same = canonicalDigest({
        directory: dirname(build.recipeFile),
        spec: withUndefinedLeftOut(input.spec),
      });
      const found =
        done.get(same) ??
        (await kind.pin(input.spec, inputContext(build, input, context, workspaceRoot)));
      done.set(same, found);
      pinned[inputLockKey(build, input)] = {
        ...found,
        origin: { ...found.origin, asked: askedDigest(input.spec) },
      };
    }
  }
  return pinned;
}

function withUndefinedLeftOut(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/**
 * What an input's content is: from the recipe where that says it, else from the lock.
 * @throws SelfsameError INPUT_NOT_LOCKED, INPUT_LOCK_OUTDATED
 */
export async function pinnedInput(
  build: PlannedBuild,
  input: PlannedInput,
  locked: Readonly<Record<string, PinnedInput>> | undefined,
  findKind: FindInputKind,
  context: Context,
  workspaceRoot: string,
): Promise<PinnedInput> {
  const key = inputLockKey(build, input);
  const entry = locked !== undefined && Object.hasOwn(locked, key) ? locked[key] : undefined;
  if (entry !== undefined) {
    const { asked, ...origin } = entry.origin;
    if (asked === askedDigest(input.spec)) return { ...entry, origin };
  }
  const kind = await findKind(input.spec.kind);
  if (kind.pinsItself(input.spec))
    return kind.pin(input.spec, inputContext(build, input, context, workspaceRoot));
  const options = { hint: 'run: selfsame lock', details: { build: build.key, input: input.name } };
  if (entry === undefined)
    throw new SelfsameError(
      'INPUT_NOT_LOCKED',
      `input ${input.name} of ${build.key} is not in selfsame.lock`,
      options,
    );
  throw new SelfsameError(
    'INPUT_LOCK_OUTDATED',
    `the recipe of ${build.key} asks for another input ${input.name} than selfsame.lock holds`,
    options,
  );
}

export function inputContext(
  build: PlannedBuild,
  input: PlannedInput,
  context: Context,
  workspaceRoot: string,
): InputContext {
  return {
    ...context,
    workspaceRoot,
    recipeDirectory: dirname(build.recipeFile),
    label: `${build.project}.${input.name}`,
  };
}
