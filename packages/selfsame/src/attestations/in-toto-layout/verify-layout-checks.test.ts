import { describe, expect, it } from 'vitest';
import { preAuthenticationEncoding, type JsonObject, type Metablock } from '@selfsame/verify';
import { testKey } from '../../record/testing.js';
import { codeOf } from '../testing-codes.js';
import { inTotoPayloadType } from './envelope.js';
import { signingKey } from './layout-key.js';
import { layoutDocument, type LayoutDraft } from './layout.js';
import { ed25519Functionary, keyOf, testLink } from './testing.js';
import { verifyLayout, type StepEvidence } from './verify-layout.js';

const NOW = 1_800_000_000;
const owner = ed25519Functionary('owner');
const [a, b] = [ed25519Functionary('a'), ed25519Functionary('b')];
const step = (name: string, changes: Partial<LayoutDraft['steps'][0]> = {}) => ({
  name,
  threshold: 1,
  keyIds: [a.id, b.id],
  materials: [],
  products: [],
  ...changes,
});
const layoutOf = (draft: Partial<LayoutDraft>): JsonObject =>
  layoutDocument({
    expires: 4_000_000_000,
    keys: [a.object, b.object],
    steps: [step('one')],
    ...draft,
  });
const judge = (
  signed: JsonObject,
  evidence: readonly StepEvidence[],
  files?: Readonly<Record<string, string>>,
) =>
  verifyLayout(owner.sign(signed), {
    keys: [keyOf(owner)],
    now: NOW,
    evidence,
    ...(files && { files: testLink('', files, {}).materials }),
  });
const link = testLink('one', {}, { x: '1' });
const shown = (...blocks: readonly Metablock[]) => blocks.map((block) => ({ step: 'one', block }));

describe('layouts', () => {
  it('look for each step at what is shown for it', () => {
    const evidence = [
      ...shown(a.sign(link)),
      { step: 'two', block: b.sign(testLink('two', {}, {})) },
    ];
    const verdict = judge(layoutOf({ steps: [step('one'), step('two')] }), evidence);
    expect(verdict).toMatchObject({ accepted: true, ignored: [], otherCommands: [] });
  });

  it('mention commands that are others than they expect, wholly or in part', () => {
    const expecting = (command: readonly string[]): JsonObject => {
      const signed = layoutOf({});
      const [only] = signed['steps'] as readonly JsonObject[];
      return { ...signed, steps: [{ ...only, expected_command: command }] };
    };
    const others = (expected: readonly string[], run: readonly string[]) =>
      judge(expecting(expected), shown(a.sign({ ...link, command: run }))).otherCommands;
    expect(others([], [])).toEqual([]);
    expect(others(['make'], ['make'])).toEqual([]);
    expect(others(['make'], [])).toEqual(['one']);
    expect(others([], ['make'])).toEqual(['one']);
    expect(others(['make'], ['cmake'])).toEqual(['one']);
    expect(others(['make', 'all'], ['make', 'it'])).toEqual(['one']);
  });

  it('attack 22: are refused where links agree on what came out, and not on what went in', () => {
    const other = testLink('one', { y: '2' }, { x: '1' });
    expect(judge(layoutOf({}), shown(a.sign(link), b.sign(other))).problems).toMatchObject([
      { reason: 'disagreement' },
    ]);
  });

  it('may match files against those of an inspection', () => {
    const rules = [
      ['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'look'],
      ['DISALLOW', '*'],
    ];
    const inspections = [{ name: 'look', run: ['true'], materials: rules, products: [] }];
    const verdict = judge(layoutOf({ inspections }), shown(a.sign(link)), { x: '1' });
    expect(verdict.problems).toEqual([]);
  });

  it('name the inspections of layouts in place of links', () => {
    const inner = layoutOf({
      inspections: [{ name: 'look', run: ['rm', '-r'], materials: [], products: [] }],
    });
    const evidence = [{ step: 'one', block: a.sign(inner), below: shown(a.sign(link)) }];
    // The layout is by a, and its links by whom it names.
    expect(judge(layoutOf({}), evidence)).toMatchObject({
      accepted: true,
      inspectionsNotRun: [{ name: 'look', run: ['rm', '-r'] }],
    });
  });

  it('attack 25: nest four deep, and no deeper', () => {
    const nested = (depth: number): StepEvidence =>
      depth === 1
        ? { step: 'one', block: a.sign(link) }
        : { step: 'one', block: a.sign(layoutOf({})), below: [nested(depth - 1)] };
    expect(judge(layoutOf({}), [nested(4)]).accepted).toBe(true);
    expect(codeOf(() => judge(layoutOf({}), [nested(5)]))).toBe('LIMIT_EXCEEDED');
  });

  it('attack 25: are shown at most 4096 links', () => {
    const many = (count: number) =>
      codeOf(() =>
        judge(
          layoutOf({}),
          Array.from({ length: count }, () => ({ step: 'none', block: a.sign(link) })),
        ),
      );
    expect([many(4096), many(4097)]).toEqual(['accepted', 'LIMIT_EXCEEDED']);
  });
});

describe('links in envelopes', () => {
  const enveloped = (keyId: string) => {
    const { signed } = a.sign(link);
    const bytes = Buffer.from(JSON.stringify(signed));
    const payload = preAuthenticationEncoding(inTotoPayloadType, bytes);
    const value = testKey('a').sign(payload);
    return { signed, payload, signatures: [{ keyId, value }], isEnvelope: true } as const;
  };

  it('count where they name their key, or none, and not under the name of another', () => {
    const signer = (keyId: string) => signingKey(enveloped(keyId), keyOf(a), NOW)?.id;
    expect([signer(a.id), signer(''), signer(b.id)]).toEqual([a.id, a.id, undefined]);
  });

  it('without a name do not count for a step that their key may not do', () => {
    const signed = layoutOf({ steps: [step('one', { keyIds: [b.id] })] });
    expect(judge(signed, shown(enveloped('')))).toMatchObject({
      accepted: false,
      ignored: [{ step: 'one', why: 'not-authorised' }],
    });
  });
});
