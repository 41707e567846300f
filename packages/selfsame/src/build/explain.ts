import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Plan } from '../recipe/types.js';
import { buildId } from '../record/build-id.js';
import { flattenDefinition } from '../record/compare-definitions.js';
import type { BuildDefinition } from '../record/definition.js';
import type { Sha256, Store } from '../store/types.js';
import { defineBuild, sourceDateEpoch } from './define.js';
import type { DefinedBuild } from './define.js';
import type { EngineDependencies } from './dependencies.js';
import { findResult, resultFiles } from './result.js';
import type { BuildResult } from './result.js';

/** One line of an explanation: a value of a definition, and where it comes from. */
export interface ExplainedField {
  /** Path in the document: `inputs.source.digest`, `sandbox.cpus`. */
  readonly field: string;
  readonly value: string;
  /** In words: `the recipe`, `selfsame.lock`; empty when only the finished document is known. */
  readonly from: string;
}

/** A definition that was found, and how it was named. */
export interface NamedDefinition {
  readonly name: string;
  readonly buildId: Sha256;
  readonly definition: BuildDefinition;
  /** When it was put together from a workspace just now. */
  readonly defined: DefinedBuild | undefined;
}

/** The fields of one definition with where each comes from. */
export function explainDefinition(
  named: NamedDefinition,
  dependencies: Pick<EngineDependencies, 'lockedEnvironment'> | undefined,
): readonly ExplainedField[] {
  return [...flattenDefinition(named.definition)]
    .filter(([field]) => field !== 'steps order')
    .map(([field, value]) => ({ field, value, from: originOf(field, named, dependencies) }));
}

function originOf(
  field: string,
  { defined }: NamedDefinition,
  dependencies: Pick<EngineDependencies, 'lockedEnvironment'> | undefined,
): string {
  if (defined === undefined) return '';
  const [top = '', name = ''] = field.split('.');
  if (top === 'type') return 'selfsame';
  if (top === 'environment')
    return `selfsame.lock, environment ${defined.planned.environment.name}`;
  if (top === 'inputs') {
    const input = defined.planned.inputs.find((one) => one.name === name);
    if (/\.(?:digest|form|fileName)$/u.test(field))
      return `the content of the ${input?.spec.kind ?? ''} input, from the recipe or selfsame.lock`;
    return 'the recipe';
  }
  if (top === 'needs' && name !== '')
    return `the artifacts of ${defined.planned.needs.find((need) => need.name === name)?.build ?? name}`;
  if (field === 'sandbox.sourceDateEpoch' && dependencies !== undefined) {
    const { from } = sourceDateEpoch(
      defined.planned,
      defined.pins,
      dependencies.lockedEnvironment(defined.planned),
    );
    return {
      recipe: 'the recipe',
      inputs: 'the newest date among the inputs',
      environment: 'the date of the locked environment',
    }[from];
  }
  if (field.startsWith('sandbox.virtual.sources.')) return 'the recipe or its default';
  if (field === 'sandbox.cpus' || field === 'sandbox.memoryShown' || field === 'sandbox.level')
    return 'the recipe or its default';
  return top === 'sandbox' ? 'constant' : 'the recipe';
}

/**
 * Puts the definition of one build of a plan together without building: what it needs must have
 * results already.
 * @throws SelfsameError BUILD_UNKNOWN when a needed build has no result
 */
export async function defineFromResults(
  plan: Plan,
  key: string,
  dependencies: EngineDependencies,
  store: Store,
): Promise<DefinedBuild> {
  const wanted = new Set<string>();
  const collect = (one: string): void => {
    if (wanted.has(one)) return;
    wanted.add(one);
    for (const need of plan.builds.get(one)?.needs ?? []) collect(need.build);
  };
  collect(key);
  const results = new Map<string, BuildResult>();
  for (const one of plan.order) {
    const planned = plan.builds.get(one);
    if (planned === undefined || !wanted.has(one)) continue;
    const needs = new Map(
      planned.needs.map((need) => [need.name, results.get(need.build)?.artifactsDigest ?? '']),
    );
    const defined = await defineBuild(planned, needs, dependencies);
    if (one === key) return defined;
    const found = await findResult(store, defined.buildId);
    if (found.type !== 'verified') {
      throw new SelfsameError(
        'BUILD_UNKNOWN',
        `${key} needs ${one}, which is not built, so that its definition is not known yet`,
        {
          hint: `run: selfsame build ${one}`,
        },
      );
    }
    results.set(one, found.result);
  }
  throw new TypeError(`the plan has no build ${key}`);
}

/** Shortest prefix of a build id that is taken for one; project names can be hexadecimal too. */
const shortestPrefix = 6;

/**
 * A definition by file name, or by build id or a unique beginning of one. Undefined when `name` looks
 * like neither.
 * @throws SelfsameError BUILD_UNKNOWN for a file that is no definition, and for an ambiguous beginning
 */
export function findDefinition(
  name: string,
  path: string,
  store: Store,
): NamedDefinition | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    return { name, ...readDefinition(path), defined: undefined };
  if (!/^[0-9a-f]+$/u.test(name) || name.length < shortestPrefix || name.length > 64)
    return undefined;
  const candidates = new Map<string, string>();
  for (const kind of ['failed', 'builds'] as const) {
    for (const id of readdirSync(join(store.root, kind)))
      if (id.startsWith(name)) candidates.set(id, join(store.root, kind, id));
  }
  const [first, ...rest] = [...candidates.values()];
  if (first === undefined) return undefined;
  if (rest.length > 0) {
    throw new SelfsameError(
      'BUILD_UNKNOWN',
      `${name} is the beginning of ${candidates.size} build ids`,
      { hint: `Give more of it: ${[...candidates.keys()].slice(0, 5).join(', ')}` },
    );
  }
  return { name, ...readDefinition(join(first, resultFiles.definition)), defined: undefined };
}

function readDefinition(path: string): {
  readonly buildId: Sha256;
  readonly definition: BuildDefinition;
} {
  try {
    const definition = JSON.parse(readFileSync(path, 'utf8')) as BuildDefinition;
    if (definition.type === 'selfsame/build-definition/v1')
      return { buildId: buildId(definition), definition };
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    // Said below.
  }
  throw new SelfsameError('BUILD_UNKNOWN', `${path} is not a build definition`, {
    hint: 'Name a definition.json, a build id, or project@target',
  });
}
