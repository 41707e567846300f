import type { CandidateAttributes } from '../../policy/recruits.js';
import type { Command, OptionValues } from '../command.js';

/** Recruits shown when nothing else is asked. */
const SHOWN = 10;

export const policySimulateCommand: Command = {
  name: 'policy simulate',
  summary: 'say which signer to recruit next',
  description:
    'Answers "which signer should we recruit next?": the attributes of a new signer that would raise the ' +
    'strength of everybody agreeing the most. Without --candidate, it tries the values that signers have and ' +
    'one new value for each attribute. With --without, it shows the strength that is left when signers are lost.',
  arguments: [
    {
      syntax: '[file]',
      description: 'the policy (default: policy.yaml in the workspace)',
      complete: 'files',
    },
  ],
  options: [
    {
      flags: '--candidate <attributes>',
      description: 'judge this one: os=guix,jurisdiction=FR; may be repeated',
      repeatable: true,
    },
    {
      flags: '--without <signer>',
      description: 'as if this signer were gone; may be repeated',
      repeatable: true,
    },
    { flags: '--limit <n>', description: `how many to show (default: ${SHOWN})` },
  ],
  examples: [
    { command: 'selfsame policy simulate', does: 'rank signers that could be recruited' },
    {
      command: 'selfsame policy simulate --candidate os=guix,organisation=acme',
      does: 'say what one offer of help is worth',
    },
  ],
  async run(args, options, context) {
    const { rankRecruits } = await import('../../policy/recruits.js');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { loadPolicy } = await import('../load-policy.js');
    const { coalitionWords, strengthWords } = await import('../verdict-strength.js');
    const { policyFile, name } = await loadPolicy(args[0], undefined, context);
    const { strength, signers } = policyFile.policy;
    if (strength === undefined) {
      throw new SelfsameError('WRONG_USE', `${name} does not ask for min_compromises`, {
        hint: 'write min_compromises and domains in the policy: docs/policies.md',
      });
    }
    const gone = texts(options, 'without');
    const unknown = gone.find((one) => !signers.some((signer) => signer.name === one));
    if (unknown !== undefined) {
      throw new SelfsameError('WRONG_USE', `${unknown} is not a signer of ${name}`, {
        hint: 'name a signer of the policy',
      });
    }
    const candidates: CandidateAttributes[] = [];
    for (const text of texts(options, 'candidate')) {
      candidates.push(await parseCandidate(text, strength.domains));
    }
    const left = signers.filter((signer) => !gone.includes(signer.name));
    const { now, recruits } = rankRecruits(
      left,
      strength,
      ...(candidates.length > 0 ? ([candidates] as const) : ([] as const)),
    );
    const limit = await limitOf(options);
    const shown = recruits.slice(0, limit);
    return {
      exitCode: 0,
      data: { strength: now, without: gone, recruits: shown },
      text: [
        `if ${left.length === 1 ? 'only one signer is left' : `all ${left.length} signers agree`}, forging it takes ${strengthWords(now)}: ` +
          coalitionWords(now.coalition),
        ...shown.map(({ attributes, gain, strength: then }) => {
          const who = Object.entries(attributes).map(([key, value]) => `${key} ${value}`);
          const line = `  +${gain} (${then})  ${who.join(', ')}`;
          return gain > 0 ? context.style.green(line) : context.style.dim(line);
        }),
        ...(recruits.some(({ gain }) => gain > 0)
          ? []
          : ['none of these raises it: what all signers share must change first']),
      ],
    };
  },
};

async function limitOf(options: OptionValues): Promise<number> {
  const given = options['limit'];
  if (given === undefined) return SHOWN;
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  if (typeof given === 'string' && /^[1-9][0-9]{0,5}$/.test(given)) return Number(given);
  throw new SelfsameError('WRONG_USE', '--limit is not a number of 1 or more', {
    hint: 'for example: --limit 20',
  });
}

async function parseCandidate(
  text: string,
  domains: readonly string[],
): Promise<CandidateAttributes> {
  const { isAttributeValue } = await import('@selfsame/verify');
  const { NEW_VALUE } = await import('../../policy/recruits.js');
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const pairs = text.split(',').map((pair) => {
    const [name = '', value = ''] = pair.split('=', 2);
    if (!(isAttributeValue(value) || value === NEW_VALUE))
      throw new SelfsameError('WRONG_USE', `--candidate: ${pair} is not ATTRIBUTE=VALUE`, {
        hint: `for example: --candidate ${domains[0] ?? 'os'}=guix`,
      });
    if (!domains.includes(name))
      throw new SelfsameError('WRONG_USE', `--candidate: ${name} is none of the policy's domains`, {
        hint: `those that count are: ${domains.join(', ')}`,
      });
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

function texts(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}
