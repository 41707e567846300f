import { z } from 'zod';
import { says } from '../util/yaml/validate.js';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const bytes: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** A whole number and a unit, at most 15 digits so that products stay exact enough to be compared with bounds. */
function quantity(
  units: Readonly<Record<string, number>>,
  example: string,
  least: string,
  most: string,
): z.ZodType<number, string> {
  const letters = Object.keys(units).join('');
  const form = new RegExp(`^([0-9]{1,15})([${letters}])$`);
  const measure = (text: string): number => {
    const [, digits = '', unit = ''] = form.exec(text) ?? [];
    return Number(digits) * (units[unit] ?? Number.NaN);
  };
  const message = says(
    `must be a whole number and a unit (${[...letters].join(', ')}), for example ${example}`,
  );
  return z
    .string({ error: message })
    .regex(form, message)
    .transform((text, context) => {
      const value = measure(text);
      if (value < measure(least) || value > measure(most)) {
        context.addIssue({ code: 'custom', message: says(`must be between ${least} and ${most}`) });
      }
      return value;
    });
}

/** `30m` → seconds. */
export function durationSchema(least: string, most: string): z.ZodType<number, string> {
  return quantity(seconds, '30m', least, most);
}

/** `4G` → bytes; units are powers of 1024. */
export function sizeSchema(least: string, most: string): z.ZodType<number, string> {
  return quantity(bytes, '4G', least, most);
}
