import { attributeValues, formatTime, signersMeeting, type Policy } from '@selfsame/verify';
import { cheapestForgery, type Forgery } from '../policy/forgery.js';
import type { PolicyFile } from '../record/policy-file.js';
import { domainWords } from './verdict-strength.js';

const DAY = 86_400;
/** How long before something ends it is said. */
const SOON = 30 * DAY;

/**
 * What holds less than it seems to, or soon will not: for whoever writes a policy.
 *
 * @param at seconds; what has ended or will end soon is judged by it
 */
export function policyWarnings({ policy, roster }: PolicyFile, at: number): readonly string[] {
  const soon = (what: string, until: number | undefined): readonly string[] => {
    if (until === undefined || until > at + SOON) return [];
    return [`${what} ${until <= at ? 'ended' : 'ends'} on ${formatTime(until)}`];
  };
  return [
    ...soon('the roster', roster?.roster.expires),
    ...policy.exceptions.flatMap(({ sha256, until }) =>
      soon(`the exception for ${sha256.slice(0, 12)}`, until),
    ),
    ...policy.signers.flatMap(({ name, until, keys }) => [
      ...soon(`the time of ${name}`, until),
      ...keys.flatMap((key) => soon(`the key ${key.id.slice(0, 24)} of ${name}`, key.until)),
    ]),
    ...forgeryWarning(policy),
    ...unknownWarnings(policy),
    ...dissentWarning(policy),
  ];
}

/** The cheapest way to forge a result that the policy would accept, by its number of signers alone. */
export function forgeryUnder(policy: Policy): Forgery {
  const everything = new Set(policy.signers.flatMap((s) => Object.keys(s.attributes ?? {})));
  const rules = policy.strength ?? {
    domains: [...everything].sort(),
    assumedSound: [],
    weights: {},
    unknown: 'shared' as const,
  };
  return cheapestForgery(policy.signers, rules, {
    signers: policy.threshold,
    oneOf: policy.required.map((need) => signersMeeting(need, policy.signers)),
  });
}

function forgeryWarning(policy: Policy): readonly string[] {
  if (policy.strength !== undefined) return [];
  const { atLeast, coalition, signers } = forgeryUnder(policy);
  if (atLeast >= policy.threshold) return [];
  const who = coalition.map(domainWords).join(' AND ');
  const speak = `${who} can speak for ${signers.length} of the signers`;
  return [
    `${policy.threshold} signers are needed, but ${speak}: ask for min_compromises to rule that out`,
  ];
}

function unknownWarnings({ strength, signers }: Policy): readonly string[] {
  if (strength === undefined) return [];
  return strength.domains.flatMap((name) => {
    const unknown = signers
      .filter(({ attributes }) => attributeValues(attributes, name).length === 0)
      .map((signer) => signer.name);
    if (unknown.length === 0) return [];
    const who = unknown.length > 3 ? `${unknown.length} signers` : unknown.join(', ');
    const counted =
      strength.unknown === 'any'
        ? 'it may be any of the known values'
        : 'they count as one domain of their own, which they may not be';
    return [`the ${name.replaceAll('_', ' ')} of ${who} is not known: ${counted}`];
  });
}

function dissentWarning({ dissent, log }: Policy): readonly string[] {
  if (dissent === 'note' || log?.complete === true) return [];
  return [
    'whoever decides which attestations you get can leave out dissent; log: complete rules that out',
  ];
}
