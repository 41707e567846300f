import { canonicalDigest, compareBytewise, VerifyError } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import type { BuildDefinition } from './definition.js';

/**
 * The build id: sha256 of the definition's canonical JSON (RFC 8785). Whoever has `definition.json` can
 * compute it without selfsame.
 *
 * Lists whose order means nothing must arrive sorted (inputs and needs by name, outputs; as bytes,
 * without duplicates), so that one build has one document: otherwise `DEFINITION_INVALID`, as for
 * values that are not JSON.
 */
export function buildId(definition: BuildDefinition): Sha256 {
  return definitionDigest(definition);
}

/** What a build definition and a plan id document have in common. */
interface DefinitionShape {
  readonly project: string;
  readonly target: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly needs: readonly { readonly name: string }[];
  readonly outputs: readonly string[];
}

/** Shared with plan-id.ts: checks the order of lists, then digests the whole document. */
export function definitionDigest(definition: DefinitionShape): Sha256 {
  checkSorted(definition, 'inputs', definition.inputs, (input) => input.name);
  checkSorted(definition, 'needs', definition.needs, (need) => need.name);
  checkSorted(definition, 'outputs', definition.outputs, (output) => output);
  try {
    return canonicalDigest(definition);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new SelfsameError('DEFINITION_INVALID', `${title(definition)}: ${error.message}`);
  }
}

function checkSorted<T>(
  definition: DefinitionShape,
  field: string,
  list: readonly T[],
  nameOf: (item: T) => string,
): void {
  const names: readonly unknown[] | undefined = Array.isArray(list)
    ? list.map((item) => (item === null ? undefined : nameOf(item)))
    : undefined;
  if (names === undefined || !names.every((name) => typeof name === 'string')) {
    throw new SelfsameError('DEFINITION_INVALID', `${title(definition)}: ${field} are missing`);
  }
  for (let index = 1; index < names.length; index += 1) {
    if (compareBytewise(names[index - 1] ?? '', names[index] ?? '') < 0) continue;
    throw new SelfsameError(
      'DEFINITION_INVALID',
      `${title(definition)}: ${field} are not sorted or name ${JSON.stringify(names[index])} twice`,
    );
  }
}

function title(definition: DefinitionShape): string {
  return `the build definition of ${definition.project}@${definition.target}`;
}
