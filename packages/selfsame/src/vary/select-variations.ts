import { SelfsameError } from '../errors/selfsame-error.js';
import type { ChosenVariation } from './check.js';
import type { HostFacts, Variation } from './types.js';
import { variationNamed, variations as allVariations } from './variations/variations.js';

/** What a person said of variations. */
export interface VariationWishes {
  /** `--vary`: these and no others; `none` alone: nothing. */
  readonly only: readonly string[] | undefined;
  /** `--leave-out`: all but these. */
  readonly leaveOut: readonly string[] | undefined;
}

/**
 * All variations, with which of them a check uses, and why not the others. There are two ways to choose, and no language:
 * a list of what is varied, or one of what is not.
 *
 * @throws SelfsameError WRONG_USE, VARIATION_UNKNOWN, VARIATION_NOT_AVAILABLE for one that was asked for by name
 */
export function selectVariations(
  { only, leaveOut }: VariationWishes,
  host: HostFacts,
  all: readonly Variation[] = allVariations,
): readonly ChosenVariation[] {
  const { wanted, unwanted } = readWishes({ only, leaveOut }, all);
  const chosen = all.map((variation): ChosenVariation => {
    const { name, onRequest } = variation;
    const leave = (why: string): ChosenVariation => ({ variation, status: 'left-out', why });
    if (wanted !== undefined && !wanted.has(name)) return leave('not among --vary');
    if (unwanted?.has(name) === true) return leave('left out with --leave-out');
    if (wanted === undefined && onRequest === true)
      return leave(`only when it is asked for: --vary ${name}`);
    const answer = variation.available(host);
    if (answer.works) return { variation, status: 'used', why: undefined };
    if (wanted !== undefined)
      throw new SelfsameError(
        'VARIATION_NOT_AVAILABLE',
        `${name} cannot be varied on this machine: ${answer.why}`,
        { hint: `It needs: ${variation.needs}. Leave it out of --vary to check without it` },
      );
    return { variation, status: 'skipped', why: answer.why };
  });
  if (unwanted !== undefined && chosen.every(({ status }) => status !== 'used'))
    throw new SelfsameError('WRONG_USE', '--leave-out leaves nothing to vary', {
      hint: 'To build twice with nothing varied, say so: --vary none',
    });
  return chosen;
}

/**
 * The names in what a person said, so that what is wrong with them is found before anything is prepared.
 *
 * @throws SelfsameError WRONG_USE, VARIATION_UNKNOWN
 */
export function readWishes(
  { only, leaveOut }: VariationWishes,
  all: readonly Variation[] = allVariations,
): {
  readonly wanted: ReadonlySet<string> | undefined;
  readonly unwanted: ReadonlySet<string> | undefined;
} {
  if (only !== undefined && leaveOut !== undefined)
    throw new SelfsameError('WRONG_USE', '--vary and --leave-out say the same in two ways', {
      hint: 'Give --vary with all that is to be varied, or --leave-out with what is not',
    });
  return {
    wanted: only === undefined ? undefined : readNames('--vary', only, all),
    unwanted: leaveOut === undefined ? undefined : readNames('--leave-out', leaveOut, all),
  };
}

/** Names of one option; a sign before one is of other tools' languages, and means nothing here. */
function readNames(
  option: string,
  texts: readonly string[],
  all: readonly Variation[],
): ReadonlySet<string> {
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim());
  const signed = names.find((name) => /^[-+@]/u.test(name));
  if (signed !== undefined)
    throw new SelfsameError('WRONG_USE', `${option} takes names without a sign, not ${signed}`, {
      hint: `To vary all but some: --leave-out ${names.map((name) => name.replace(/^[-+@]/u, '')).join(',')}`,
    });
  if (names.includes(''))
    throw new SelfsameError('WRONG_USE', `${option} has an empty name`, {
      hint: 'Names are separated by commas; selfsame check --list-variations shows them',
    });
  if (option === '--vary' && names.length === 1 && names[0] === 'none') return new Set();
  return new Set(
    names.map((name) => (all.find((each) => each.name === name) ?? variationNamed(name)).name),
  );
}
