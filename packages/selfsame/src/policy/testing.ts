import type { DomainRules, RosterSigner } from '@selfsame/verify';
import fc from 'fast-check';

/** For tests: two attributes count. */
export const rules: DomainRules = {
  domains: ['jurisdiction', 'os'],
  assumedSound: [],
  weights: {},
  unknown: 'shared',
};

/** For tests. */
export function signer(name: string, os: string, jurisdiction: string): RosterSigner {
  return { name, keys: [], attributes: { os: [os], jurisdiction: [jurisdiction] } };
}

/** For tests: up to six signers with few values among them. */
export const rosters = fc
  .array(fc.tuple(fc.constantFrom('debian', 'guix', 'nix'), fc.constantFrom('DE', 'US')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) => list.map(([os, where], index) => signer(`s${index}`, os, where)));
