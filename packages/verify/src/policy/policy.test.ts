import { describe, expect, it } from 'vitest';
import { VerifyError } from '../errors.js';
import type { JsonValue } from '../json/value.js';
import { formatPublicKey, publicKeyToPem } from '../keys/key-text.js';
import { testPolicy } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { checkPolicy } from './check-policy.js';
import { parsePolicy } from './parse-policy.js';

const key = (name: string) => formatPublicKey(testKey(name).publicKey);
const document = {
  policy: 1,
  threshold: 2,
  required: ['alice'],
  signers: {
    bob: key('bob'),
    alice: { keys: [key('alice'), key('alice-2024')] },
    carol: { key: `${key('carol')} carol` },
  },
};

function refusal(value: unknown): VerifyError {
  try {
    parsePolicy(value as JsonValue);
  } catch (error) {
    if (error instanceof VerifyError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('parsePolicy', () => {
  it('reads a policy, and blocks on dissent when nothing else is said', () => {
    const policy = parsePolicy(document);
    expect(policy).toMatchObject({ threshold: 2, required: ['alice'], dissent: 'block' });
    expect(policy.signers.map(({ name, keys }) => [name, keys.length])).toEqual([
      ['alice', 2],
      ['bob', 1],
      ['carol', 1],
    ]);
    expect(parsePolicy({ ...document, dissent: 'note' }).dissent).toBe('note');
  });

  it('refuses a policy without a threshold: there is no default', () => {
    const { threshold: _, ...rest } = document;
    const error = refusal(rest);
    expect(error.code).toBe('POLICY_THRESHOLD');
    expect(error.message).toContain('missing');
  });

  it.each([0, 1, -1, 1.5, '2', null, true, 4, Number.MAX_SAFE_INTEGER])(
    'refuses the threshold %j with three signers',
    (threshold) => {
      const error = refusal({ ...document, threshold });
      expect(error.code).toBe('POLICY_THRESHOLD');
      expect(error.path).toEqual(['threshold']);
    },
  );

  it('explains why one signer is not enough', () => {
    expect(refusal({ ...document, threshold: 1 }).message).toContain('one claim shows');
  });

  it('counts signers in English', () => {
    const one = { policy: 1, threshold: 2, signers: { bob: key('bob') } };
    expect(refusal(one).message).toContain('2 can never be met: there is only 1 signer');
    expect(refusal({ ...document, threshold: 4 }).message).toContain('there are only 3 signers');
  });

  it('refuses one key under two names, however it is written', () => {
    const signers = { alice: key('alice'), bob: publicKeyToPem(testKey('alice').publicKey) };
    const error = refusal({ policy: 1, threshold: 2, signers });
    expect(error.code).toBe('POLICY_INVALID');
    expect(error.message).toContain('also a key of alice');
  });

  it.each<[string, unknown, readonly (string | number)[]]>([
    ['an unknown field', { ...document, treshold: 2 }, ['treshold']],
    ['another version', { ...document, policy: 2 }, ['policy']],
    [
      'a signer with both forms',
      { ...document, signers: { ...document.signers, bob: { key: key('b'), keys: [] } } },
      ['signers', 'bob'],
    ],
    [
      'a signer with none',
      { ...document, signers: { ...document.signers, bob: {} } },
      ['signers', 'bob'],
    ],
    [
      'a signer with more',
      { ...document, signers: { ...document.signers, bob: { key: key('b'), country: 'x' } } },
      ['signers', 'bob', 'country'],
    ],
    ['no signers', { policy: 1, threshold: 2 }, []],
    [
      'a signer that is no text',
      { ...document, signers: { alice: 1, bob: key('bob') } },
      ['signers', 'alice'],
    ],
    [
      'a key that is none',
      { ...document, signers: { ...document.signers, bob: { keys: ['x'] } } },
      ['signers', 'bob', 'keys', 0],
    ],
    [
      'a signer without keys',
      { ...document, signers: { ...document.signers, bob: { keys: [] } } },
      ['signers', 'bob'],
    ],
    [
      'a key given twice',
      { ...document, signers: { ...document.signers, bob: { keys: [key('b'), key('b')] } } },
      ['signers', 'bob'],
    ],
    [
      'a strange name',
      { ...document, signers: { ...document.signers, '../x': key('x') } },
      ['signers', '../x'],
    ],
    ['a required signer nobody knows', { ...document, required: ['dave'] }, ['required', 0]],
    ['a required signer twice', { ...document, required: ['bob', 'bob'] }, ['required', 1]],
    ['an unknown dissent rule', { ...document, dissent: 'ignore' }, ['dissent']],
    ['a list', [], []],
    ['nothing', null, []],
  ])('refuses %s and says where', (_name, value, path) => {
    const error = refusal(value);
    expect(error.code).toBe('POLICY_INVALID');
    expect(error.path).toEqual(path);
  });
});

describe('checkPolicy', () => {
  it('refuses by hand-made policies what parsePolicy refuses', () => {
    const good = testPolicy(['alice', 'bob']);
    const [alice, bob] = good.signers;
    expect(() => checkPolicy(good)).not.toThrow();
    for (const bad of [
      { ...good, threshold: 1 },
      { ...good, threshold: 0 },
      { ...good, threshold: Number.NaN },
      { ...good, required: ['carol'] },
      { ...good, signers: [alice!, { ...alice!, name: 'bob' }] },
      { ...good, signers: [alice!, { ...bob!, name: 'alice' }] },
      { ...good, signers: [alice!, { name: 'bob', keys: [] }] },
    ]) {
      expect(() => checkPolicy(bad)).toThrow(VerifyError);
    }
  });
});
