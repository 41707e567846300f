import type { CoalitionMember, Policy, Strength } from '@selfsame/verify';

/** `os:debian` as a person would say it: `os debian`, `the key of alice`, `the unknown os`. */
export function domainWords(domain: string): string {
  const colon = domain.indexOf(':');
  const [attribute, value] = [domain.slice(0, colon), domain.slice(colon + 1)];
  if (attribute === 'key') return `the key of ${value}`;
  const name = attribute.replaceAll('_', ' ');
  return value === '?' ? `the unknown ${name}` : `${name} ${value}`;
}

/** Alternatives named for one member; the rest are counted. */
const SHOWN_ALTERNATIVES = 4;

/** `os debian AND one of (the key of c, os guix)`: what must be compromised. */
export function coalitionWords(coalition: readonly CoalitionMember[]): string {
  return coalition.map(memberWords).join(' AND ');
}

function memberWords({ domain, insteadOf }: CoalitionMember): string {
  if (insteadOf.length === 0) return domainWords(domain);
  const all = [domain, ...insteadOf].map(domainWords);
  const more = all.length - 1 - SHOWN_ALTERNATIVES;
  const shown = all.slice(0, SHOWN_ALTERNATIVES + 1).join(', ');
  return `one of (${shown}${more > 0 ? `, ${more} more` : ''})`;
}

/** `3 compromises`, or, where domains have weights, `weight 3`; `at least` when only a bound is proven. */
export function strengthWords({ atLeast, isExact, coalition }: Strength): string {
  const isPlain = coalition.every(({ weight }) => weight === 1);
  const what = isPlain ? `${atLeast} compromise${atLeast === 1 ? '' : 's'}` : `weight ${atLeast}`;
  return isExact ? what : `at least ${what}`;
}

/** What the strength of a result rests on, in lines; none where the policy does not ask for it. */
export function strengthLines(strength: Strength, policy: Policy): readonly string[] {
  const { coalition, isExact } = strength;
  const are = coalition.length === 1 && coalition[0]?.insteadOf.length === 0 ? 'is' : 'are';
  const fails = `fails if ${coalitionWords(coalition)} ${are} compromised`;
  return [
    isExact ? fails : `${fails}; nothing cheaper was found, and less than the bound is impossible`,
    ...assumptionLines(policy, strength.assumedApart),
  ];
}

/** What is taken for granted: printed with every verdict that rests on it. */
export function assumptionLines(
  { strength }: Policy,
  assumedApart: readonly string[] = [],
): readonly string[] {
  if (strength === undefined) return [];
  const sound = strength.assumedSound;
  const lines = sound.length === 0 ? [] : [`assumed sound: ${sound.join(', ')}`];
  if (assumedApart.length > 0) {
    const which = assumedApart.join(', ');
    lines.push(`assumed: signers of unknown ${which} have none of the known values of it`);
  }
  return lines;
}
