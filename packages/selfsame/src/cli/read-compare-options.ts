import type { CompareLimits } from '../compare/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { OptionValues } from './command.js';

/** Bounds that were asked for. @throws SelfsameError WRONG_USE */
export function readCompareLimits(options: OptionValues): Partial<CompareLimits> {
  const depth = numberOf(options, 'depth', 0, 1000);
  const seconds = numberOf(options, 'time', 1, 7 * 24 * 3600);
  return {
    ...(depth !== undefined && { depth }),
    ...(seconds !== undefined && { milliseconds: seconds * 1000 }),
  };
}

function numberOf(
  options: OptionValues,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const given = options[name];
  if (typeof given !== 'string') return undefined;
  const value = Number(given);
  if (/^\d{1,9}$/.test(given) && value >= least && value <= most) return value;
  throw new SelfsameError('WRONG_USE', `--${name} is no whole number from ${least} to ${most}`, {
    hint: `give one, as --${name} ${Math.max(least, 60)}`,
  });
}
