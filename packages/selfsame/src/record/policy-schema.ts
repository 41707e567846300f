import { dissentRules, POLICY_VERSION, policyModes, SMALLEST_THRESHOLD } from '@selfsame/verify';

/** As `parsePublicKey` reads them: on one line, perhaps with a name behind it, or as PEM. */
const PUBLIC_KEY = '[a-z0-9-]+:[A-Za-z0-9+/]{40,}=*|-----BEGIN PUBLIC KEY-----';
const NAME = '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$';
const VALUE = '^[A-Za-z0-9]([A-Za-z0-9 ._@+/-]{0,62}[A-Za-z0-9._@+/-])?$';
const DOMAIN = '^[a-z][a-z0-9_]{0,31}:.+$';
/** A key can always be stolen. */
const SOUND = '^(?!key:)[a-z][a-z0-9_]{0,31}:.+$';

/**
 * The JSON Schema (draft 2020-12) of a policy file, for editors and other programs. It is the format
 * `parsePolicy` of @selfsame/verify reads, which alone decides: a file the schema refuses is wrong, one
 * it accepts may still be (a key given twice, a required signer who is not listed).
 */
export function policySchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'policy.yaml of selfsame',
    type: 'object',
    properties: {
      policy: { description: 'version of the format', const: POLICY_VERSION },
      threshold: {
        description: 'how many different signers must agree',
        type: 'integer',
        minimum: SMALLEST_THRESHOLD,
        maximum: 1000,
      },
      min_compromises: {
        description: 'how many fault domains must be compromised to forge what is accepted',
        type: 'integer',
        minimum: SMALLEST_THRESHOLD,
      },
      domains: {
        description: 'attributes of signers whose values are fault domains; keys always are',
        type: 'array',
        items: { $ref: '#/$defs/attribute' },
        maxItems: 32,
      },
      assumed_sound: {
        description: 'domains taken to be beyond compromise, printed with every verdict',
        type: 'array',
        items: { type: 'string', pattern: SOUND },
        maxItems: 1000,
      },
      weights: {
        description: 'what compromising a domain costs; 1 where nothing is said',
        type: 'object',
        propertyNames: { type: 'string', pattern: DOMAIN },
        additionalProperties: { type: 'integer', minimum: 1, maximum: 1000 },
      },
      unknown: {
        description:
          'an attribute the roster does not know is one shared domain, or any value, whichever is worst',
        default: 'shared',
        enum: ['shared', 'any'],
      },
      required: {
        description:
          'signers without whom nothing is accepted: names, or role:ROLE for any that has it',
        type: 'array',
        items: { $ref: '#/$defs/requirement' },
        uniqueItems: true,
      },
      distinct: {
        description: 'how many different known values of an attribute the signers must have',
        type: 'object',
        propertyNames: { $ref: '#/$defs/attribute' },
        additionalProperties: { type: 'integer', minimum: 2 },
      },
      dissent: {
        description:
          'what a trusted signer with other bits does: block the artifact, or be noted only',
        default: 'block',
        anyOf: [
          { enum: [...dissentRules] },
          {
            type: 'object',
            properties: {
              block: {
                description: 'who can block; others are noted',
                type: 'array',
                items: { $ref: '#/$defs/requirement' },
                minItems: 1,
                uniqueItems: true,
              },
              at_least: { description: 'how many of them', type: 'integer', minimum: 1 },
            },
            required: ['block'],
            additionalProperties: false,
          },
        ],
      },
      exceptions: {
        description: 'bits that are accepted anyway, until a day and for a reason',
        type: 'array',
        maxItems: 1000,
        items: {
          type: 'object',
          properties: {
            sha256: { $ref: '#/$defs/sha256' },
            until: { $ref: '#/$defs/time' },
            why: { type: 'string', minLength: 1, maxLength: 512 },
          },
          required: ['sha256', 'until', 'why'],
          additionalProperties: false,
        },
      },
      log: {
        description: 'what must be in a transparency log',
        type: 'object',
        properties: {
          logs: { $ref: '#/$defs/verifierKeys' },
          witnesses: {
            type: 'object',
            properties: {
              threshold: { type: 'integer', minimum: 1 },
              keys: { $ref: '#/$defs/verifierKeys' },
            },
            required: ['threshold', 'keys'],
            additionalProperties: false,
          },
          votes: { enum: ['required', 'optional'] },
          complete: {
            description: 'refuse unless everything that the log lists for a build is at hand',
            type: 'boolean',
            default: false,
          },
          max_age: { type: 'string', pattern: '^[1-9][0-9]{0,4}[hd]$' },
        },
        required: ['logs', 'witnesses', 'votes', 'max_age'],
        additionalProperties: false,
      },
      mode: {
        description: 'what a refusal leads to; the verdict is the same',
        default: 'enforce',
        enum: [...policyModes],
      },
      inputs: {
        description: 'whether only votes on the same inputs are compared, or bits alone',
        default: 'compare',
        enum: ['compare', 'ignore'],
      },
      roster: {
        description: 'where signers come from, instead of a list here',
        type: 'object',
        properties: {
          owners: {
            description: 'public keys of the owners of the roster',
            type: 'array',
            items: { $ref: '#/$defs/publicKey' },
            minItems: 1,
            maxItems: 32,
            uniqueItems: true,
          },
          threshold: {
            description: 'how many owners must have signed',
            type: 'integer',
            minimum: 1,
          },
          min_version: { description: 'oldest version used', type: 'integer', minimum: 1 },
          sha256: { $ref: '#/$defs/sha256' },
          expired: { default: 'refuse', enum: ['refuse', 'warn'] },
          file: {
            description: 'relative to the directory of the policy',
            type: 'string',
            default: 'roster.jsonl',
          },
        },
        required: ['owners', 'threshold', 'min_version'],
        additionalProperties: false,
      },
      signers: {
        description: 'whose claims count, by name',
        type: 'object',
        propertyNames: { $ref: '#/$defs/name' },
        minProperties: SMALLEST_THRESHOLD,
        maxProperties: 1000,
        additionalProperties: { anyOf: [{ $ref: '#/$defs/key' }, { $ref: '#/$defs/signer' }] },
      },
    },
    allOf: [
      { anyOf: [has('threshold'), has('min_compromises')] },
      { oneOf: [has('signers'), has('roster')] },
    ],
    dependentRequired: {
      min_compromises: ['domains'],
      domains: ['min_compromises'],
      assumed_sound: ['min_compromises'],
      weights: ['min_compromises'],
      unknown: ['min_compromises'],
    },
    additionalProperties: false,
    $defs: signerDefinitions(),
  };
}

function has(field: string): Record<string, unknown> {
  return { properties: { [field]: true }, required: [field] };
}

/** What signers of a policy and of a roster are made of. */
function signerDefinitions(): Record<string, unknown> {
  const times = { since: { $ref: '#/$defs/time' }, until: { $ref: '#/$defs/time' } };
  const values = { type: 'string', pattern: VALUE };
  return {
    name: { type: 'string', pattern: NAME },
    requirement: { type: 'string', pattern: `${NAME}|^role:[a-z][a-z0-9_]{0,31}$` },
    attribute: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,31}$' },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    time: {
      description: 'a day, or a second in UTC: 2027-03-01 or 2027-03-01T12:00:00Z',
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$',
    },
    verifierKeys: {
      description: 'C2SP note verifier keys NAME+HASH+KEY',
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      maxItems: 32,
      uniqueItems: true,
    },
    publicKey: {
      description: 'ed25519:BASE64, as in a .pub file, or PEM',
      type: 'string',
      pattern: PUBLIC_KEY,
    },
    key: {
      description: 'a public key, openpgp:FINGERPRINT, or sigstore:ISSUER IDENTITY',
      type: 'string',
      pattern: `${PUBLIC_KEY}|^openpgp:[0-9A-Fa-f]{40}|^sigstore:https://`,
    },
    values: {
      anyOf: [values, { type: 'array', items: values, minItems: 1, maxItems: 16 }],
    },
    signer: {
      type: 'object',
      properties: {
        key: { $ref: '#/$defs/key' },
        keys: {
          type: 'array',
          items: {
            anyOf: [
              { $ref: '#/$defs/key' },
              {
                type: 'object',
                properties: { key: { $ref: '#/$defs/key' }, ...times },
                required: ['key'],
                additionalProperties: false,
              },
            ],
          },
          minItems: 1,
          maxItems: 32,
          uniqueItems: true,
        },
        organisation: { $ref: '#/$defs/values' },
        roles: { type: 'array', items: { $ref: '#/$defs/attribute' }, maxItems: 16 },
        attributes: {
          description: 'what could be compromised together with others, in the words of the owner',
          type: 'object',
          propertyNames: { $ref: '#/$defs/attribute' },
          additionalProperties: { $ref: '#/$defs/values' },
          maxProperties: 32,
        },
        ...times,
      },
      oneOf: [has('key'), has('keys')],
      additionalProperties: false,
    },
  };
}
