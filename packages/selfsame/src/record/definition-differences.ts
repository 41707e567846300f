import type { BuildName, Sha256Hex, Verdict } from '@selfsame/verify';
import { compareDefinitions, type Difference } from './compare-definitions.js';
import { readDefinition, type FoundDefinition } from './definition-file.js';
import type { BuildDefinition } from './definition.js';

/** Definitions of one build that are compared; more are named without their fields. */
const MOST_COMPARED = 16;

/** In what a definition that signers built differs from the one that was asked for. */
export interface DefinitionComparison {
  /** Build id of what the signers built. */
  readonly definition: Sha256Hex;
  /** Build id of what it is held against: the one asked for, else the one with most signers. */
  readonly comparedWith: Sha256Hex;
  /** `a` is the value in `comparedWith`, `b` the one in `definition`; undefined when not known. */
  readonly differences: readonly Difference[] | undefined;
  /** In words, why the differences are not known. */
  readonly problem: string | undefined;
}

export interface KnownDefinition {
  readonly buildId: Sha256Hex;
  readonly definition: BuildDefinition;
}

/**
 * Where trusted signers claim several definitions, or another one than asked for: which fields differ.
 * The documents come from the folder, each proved by its digest; a verdict never depends on them.
 *
 * @param known a definition at hand, for example that of this workspace
 */
export async function compareClaimedDefinitions(
  folder: string,
  build: BuildName,
  verdict: Verdict,
  expected: Sha256Hex | undefined,
  known?: KnownDefinition,
): Promise<readonly DefinitionComparison[]> {
  return await compareFoundDefinitions(verdict, expected, (id) =>
    known?.buildId === id ? known : readDefinition(folder, build, id),
  );
}

/** The same for definitions that come from elsewhere. `find` must have proved them by their digests. */
export async function compareFoundDefinitions(
  verdict: Verdict,
  expected: Sha256Hex | undefined,
  find: (id: Sha256Hex) => FoundDefinition | Promise<FoundDefinition>,
): Promise<readonly DefinitionComparison[]> {
  const comparedWith = expected ?? leading(verdict);
  const claimed = [...verdict.definitions, ...verdict.otherDefinitions].map(
    ({ definition }) => definition,
  );
  const others = [...new Set(claimed)].filter((id) => id !== comparedWith).sort();
  if (comparedWith === undefined || others.length === 0) return [];
  const reference = await find(comparedWith);
  const comparisons: DefinitionComparison[] = [];
  for (const [index, definition] of others.entries()) {
    const other =
      index < MOST_COMPARED
        ? await find(definition)
        : { problem: `is one of more than ${MOST_COMPARED}, which were not compared` };
    const problem = problemOf(comparedWith, reference) ?? problemOf(definition, other);
    const differences =
      'definition' in reference && 'definition' in other
        ? compareDefinitions(reference.definition, other.definition)
        : undefined;
    comparisons.push({ definition, comparedWith, differences, problem });
  }
  return comparisons;
}

/** The accepted definition, else the one that most signers claim; of several such, the first. */
function leading({ definitions }: Verdict): Sha256Hex | undefined {
  const weight = ({ accepted, artifacts }: Verdict['definitions'][number]) => {
    const signers = artifacts.flatMap(({ clusters }) =>
      clusters.flatMap(({ agree, differs }) => [...agree, ...differs]),
    );
    return (accepted ? 1e6 : 0) + new Set(signers).size;
  };
  let best: Verdict['definitions'][number] | undefined;
  for (const one of definitions) if (best === undefined || weight(one) > weight(best)) best = one;
  return best?.definition;
}

function problemOf(id: Sha256Hex, found: FoundDefinition): string | undefined {
  return 'problem' in found
    ? `the definition of build id ${id.slice(0, 12)} ${found.problem}`
    : undefined;
}
