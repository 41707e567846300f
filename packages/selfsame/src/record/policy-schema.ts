import { dissentRules, POLICY_VERSION, SMALLEST_THRESHOLD } from '@selfsame/verify';

/** As `parsePublicKey` reads them: on one line, perhaps with a name behind it, or as PEM. */
const KEY = 'ed25519:[A-Za-z0-9+/]{43}=|-----BEGIN PUBLIC KEY-----';
const NAME = '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$';

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
      required: {
        description: 'signers without whom nothing is accepted',
        type: 'array',
        items: { $ref: '#/$defs/name' },
        uniqueItems: true,
      },
      dissent: {
        description:
          'what a trusted signer with other bits does: block the artifact, or be noted only',
        default: 'block',
        enum: [...dissentRules],
      },
      signers: {
        description: 'whose claims count, by name',
        type: 'object',
        propertyNames: { $ref: '#/$defs/name' },
        minProperties: SMALLEST_THRESHOLD,
        maxProperties: 1000,
        additionalProperties: {
          anyOf: [
            { $ref: '#/$defs/key' },
            {
              type: 'object',
              properties: { key: { $ref: '#/$defs/key' } },
              required: ['key'],
              additionalProperties: false,
            },
            {
              type: 'object',
              properties: {
                keys: {
                  type: 'array',
                  items: { $ref: '#/$defs/key' },
                  minItems: 1,
                  maxItems: 32,
                  uniqueItems: true,
                },
              },
              required: ['keys'],
              additionalProperties: false,
            },
          ],
        },
      },
    },
    required: ['threshold', 'signers'],
    additionalProperties: false,
    $defs: {
      name: { type: 'string', pattern: NAME },
      key: { description: 'ed25519:BASE64, as in a .pub file', type: 'string', pattern: KEY },
    },
  };
}
