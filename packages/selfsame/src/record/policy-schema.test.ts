import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  formatPublicKey,
  isSignerName,
  parsePolicy,
  publicKeyToPem,
  VerifyError,
  type JsonValue,
} from '@selfsame/verify';
import fc from 'fast-check';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatPublicKeyFile } from '../signing/key-files.js';
import { policySchema } from './policy-schema.js';
import { testKey, testPolicyText } from './testing.js';

const validator = new Ajv2020({ allErrors: true, strict: true }).compile(policySchema());

function parses(document: JsonValue): boolean {
  try {
    parsePolicy(document);
    return true;
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}

const key = (name: string) => formatPublicKey(testKey(name).publicKey);
const good = { threshold: 2, signers: { alice: key('alice'), bob: key('bob') } };

describe('the schema of policies', () => {
  // After a change: npx vitest run packages/selfsame/src/record/policy-schema.test.ts -u
  it('is published as it is', async () => {
    const text = await format(JSON.stringify(policySchema()), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot(
      fileURLToPath(new URL('../../schema/policy.schema.json', import.meta.url)),
    );
  });

  it.each<[string, JsonValue]>([
    ['the least', good],
    ['everything', parse(testPolicyText(['alice', 'bob'], 'required: [bob]\ndissent: note\n'))],
    [
      'each way to write a key',
      {
        threshold: 3,
        signers: {
          alice: { key: formatPublicKeyFile(testKey('alice').publicKey, 'alice') },
          bob: { keys: [key('bob'), publicKeyToPem(testKey('old').publicKey)] },
          carol: publicKeyToPem(testKey('carol').publicKey),
        },
      },
    ],
  ])('accepts %s, as the program does', (_what, document) => {
    expect([parses(document), validator(document), validator.errors]).toEqual([true, true, null]);
  });

  it.each<[string, JsonValue]>([
    ['nothing', {}],
    ['no threshold', { signers: good.signers }],
    ['a threshold of one', { ...good, threshold: 1 }],
    ['half a signer', { ...good, threshold: 2.5 }],
    ['another version', { ...good, policy: 2 }],
    ['an unknown field', { ...good, treshold: 2 }],
    ['another rule', { ...good, dissent: 'ignore' }],
    ['one signer', { ...good, signers: { alice: key('alice') } }],
    ['a name that is none', { ...good, signers: { ...good.signers, 'a b': key('carol') } }],
    ['a key that is none', { ...good, signers: { ...good.signers, carol: 'ed25519:AAAA' } }],
    ['a signer without keys', { ...good, signers: { ...good.signers, carol: { keys: [] } } }],
    ['two ways at once', { ...good, signers: { ...good.signers, carol: { key: 'x', keys: [] } } }],
    ['required twice', { ...good, required: ['bob', 'bob'] }],
  ])('refuses %s, as the program does', (_what, document) => {
    expect([parses(document), validator(document)]).toEqual([false, false]);
  });

  it('takes for names what the program does', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[A-Za-z0-9._@+ -]{1,66}$/),
    );
    const carol = key('carol');
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(name !== '__proto__');
        const document = { ...good, signers: { ...good.signers, [name]: carol } };
        expect(validator(document)).toBe(isSignerName(name));
      }),
      { examples: [['alice\n'], [''], ['a'.repeat(64)], ['a'.repeat(65)]] },
    );
  });
});
