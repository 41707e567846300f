import type { OptionValues } from './command.js';

/** One value of an option that may be given once. */
export function one(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** All values of an option that may be repeated. */
export function all(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}
