import { causes } from '../../compare/causes/causes.js';
import { causeNames, type CauseName } from '../../compare/types.js';
import { causeWords } from '../words.js';

/** Rules that are no causes: what `check` finds about builds themselves. */
export type RuleId = CauseName | 'build-fails' | 'not-examined';

/** §3.49: a reportingDescriptor. */
export interface Rule {
  readonly id: RuleId;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: 'error' | 'warning' | 'note' };
  readonly properties: { readonly tags: readonly string[] };
}

const others: Readonly<Record<'build-fails' | 'not-examined', readonly [string, string]>> = {
  'build-fails': [
    'The build fails under a variation',
    'The build succeeds with nothing varied and fails under this condition, or fails always.',
  ],
  'not-examined': [
    'Not examined',
    'A part of the answer is missing: what could not be read may differ.',
  ],
};

/** One rule for every cause, in the order of the contract, so that the index of a rule never depends on what was found. */
export const rules: readonly Rule[] = [
  ...causeNames.map((name) => {
    const cause = causes.find((one) => one.name === name);
    const text = cause?.title ?? `Differs: ${causeWords(name)}`;
    return ruleOf(name, text, cause?.summary ?? `The artifact depends on: ${causeWords(name)}.`);
  }),
  ruleOf('build-fails', ...others['build-fails']),
  ruleOf('not-examined', ...others['not-examined']),
];

export function ruleIndex(id: RuleId): number {
  return rules.findIndex((rule) => rule.id === id);
}

function ruleOf(id: RuleId, title: string, summary: string): Rule {
  return {
    id,
    // §3.49.7: for a person's eye, in Pascal case.
    name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: summary },
    help: { text: `${summary} Each result says what ends it.` },
    defaultConfiguration: { level: levelOf(id) },
    properties: { tags: ['reproducible-builds'] },
  };
}

function levelOf(id: RuleId): 'error' | 'warning' | 'note' {
  return id === 'consequence' || id === 'checksum' || id === 'not-examined' ? 'note' : 'error';
}
