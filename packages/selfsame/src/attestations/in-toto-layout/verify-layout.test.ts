import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLink, parseMetablock, type JsonObject, type Metablock } from '@selfsame/verify';
import { formatMetablock } from '../../signing/in-toto.js';
import { accepted, codeOf } from '../testing-codes.js';
import { matches } from './glob.js';
import { parseInTotoKey } from './layout-key.js';
import { layoutDocument, parseLayout, type LayoutDraft } from './layout.js';
import {
  ed25519Functionary,
  keyOf,
  openPgpFunctionary,
  testLink,
  type TestFunctionary,
} from './testing.js';
import { verifyLayout, type StepEvidence, type LayoutQuestion } from './verify-layout.js';

const NOW = 1_800_000_000;
const owner = ed25519Functionary('owner');
const [a, b, c] = ['a', 'b', 'c'].map(ed25519Functionary) as [
  TestFunctionary,
  TestFunctionary,
  TestFunctionary,
];
const gpg = openPgpFunctionary('gpg', 'rsa', 2);
const gpgEd = openPgpFunctionary('gpg-ed', 'ed25519', 1);

const draft = (changes: Partial<LayoutDraft['steps'][0]> = {}, keys = [a, b, c]): LayoutDraft => ({
  expires: 4_000_000_000,
  keys: keys.map(({ object }) => object),
  steps: [
    {
      name: 'rebuild',
      threshold: 2,
      keyIds: keys.map(({ id }) => id),
      materials: [],
      products: [],
      ...changes,
    },
  ],
});
const link = testLink('rebuild', {}, { 'x.deb': 'good' });
const bad = testLink('rebuild', {}, { 'x.deb': 'bad' });
const shows = (...blocks: Metablock[]): StepEvidence[] =>
  blocks.map((block) => ({ step: 'rebuild', block }));
function judge(
  layout: LayoutDraft | JsonObject,
  evidence: readonly StepEvidence[],
  more: Partial<LayoutQuestion> = {},
) {
  const signed =
    'steps' in layout && '_type' in layout ? layout : layoutDocument(layout as LayoutDraft);
  return verifyLayout(owner.sign(signed), { keys: [keyOf(owner)], now: NOW, evidence, ...more });
}

describe('layouts', () => {
  it('are accepted when enough authorised keys agree', () => {
    const verdict = judge(draft(), shows(a.sign(link), b.sign(link)));
    expect(verdict).toMatchObject({
      accepted: true,
      problems: [],
      ignored: [],
      inspectionsNotRun: [],
    });
    expect(verdict.summary?.products).toEqual(link.products);
  });

  it('attack 1, attack 7: are refused when too few sign, or one signs twice', () => {
    const problems = [{ reason: 'threshold', step: 'rebuild', needed: 2, keys: [a.id] }];
    expect(judge(draft(), shows(a.sign(link))).problems).toEqual(problems);
    expect(judge(draft(), shows(a.sign(link), a.sign(link))).problems).toEqual(problems);
    expect(judge(draft(), []).accepted).toBe(false);
  });

  it('attack 4: subkeys of one key count once', () => {
    const layout = draft({}, [gpg, a]);
    const [first, second] = gpg.subkeys as [TestFunctionary, TestFunctionary];
    expect(judge(layout, shows(first.sign(link), second.sign(link), gpg.sign(link))).accepted).toBe(
      false,
    );
    expect(judge(layout, shows(first.sign(link), a.sign(link))).accepted).toBe(true);
  });

  it('a subkey that the step names does not stand for the others', () => {
    const [first, second] = gpg.subkeys as [TestFunctionary, TestFunctionary];
    const layout = { ...draft({ threshold: 1, keyIds: [first.id] }, [gpg]) };
    expect(judge(layout, shows(first.sign(link))).accepted).toBe(true);
    expect(judge(layout, shows(second.sign(link))).accepted).toBe(false);
    expect(judge(layout, shows(gpg.sign(link))).accepted).toBe(false);
  });

  it('with too many subkeys are refused', () => {
    const subkeys = Object.fromEntries(
      Array.from({ length: 65 }, (_, n) => [String(n), gpg.object]),
    );
    expect(codeOf(() => parseInTotoKey({ ...gpg.object, subkeys }, gpg.id, []))).toBe(
      'METABLOCK_INVALID',
    );
  });

  it('attack 2: are refused when they hold one key under two names', () => {
    const twin = { ...a.object, keyid: 'f'.repeat(64) };
    const layout = { ...draft(), keys: [a.object, twin] };
    const step = { ...layout.steps[0], keyIds: [a.id, twin.keyid] };
    expect(
      codeOf(() => layoutDocument({ ...layout, steps: [step as LayoutDraft['steps'][0]] })),
    ).toBe('METABLOCK_INVALID');
  });

  it('attack 6: signatures by keys of the layout that the step does not name do not count', () => {
    const layout = { ...draft({ keyIds: [a.id, b.id] }) };
    const verdict = judge(layout, shows(a.sign(link), c.sign(link)));
    expect(verdict.accepted).toBe(false);
    expect(verdict.ignored).toEqual([{ step: 'rebuild', why: 'not-authorised' }]);
  });

  it('attack 31: a name beside a signature proves nothing', () => {
    const [signature] = c.sign(link).signatures;
    if (signature === undefined) expect.unreachable();
    const forged = { ...c.sign(link), signatures: [{ ...signature, keyId: a.id }] };
    expect(judge(draft(), shows(b.sign(link), forged)).accepted).toBe(false);
  });

  it('attack 22: authorised keys that disagree are shown, also where one would be enough', () => {
    for (const threshold of [1, 2]) {
      const verdict = judge(draft({ threshold }), shows(a.sign(link), b.sign(link), c.sign(bad)));
      expect(verdict.problems).toEqual([
        { reason: 'disagreement', step: 'rebuild', keys: [a.id, b.id, c.id].sort() },
      ]);
    }
  });

  it('attack 20: sha256 alone is not the same as sha256 with sha512', () => {
    const both = {
      ...link,
      products: { 'x.deb': { ...link.products['x.deb'], sha512: 'ab'.repeat(64) } },
    };
    expect(judge(draft(), shows(a.sign(link), b.sign(both))).problems).toMatchObject([
      { reason: 'disagreement' },
    ]);
  });

  it('attack 12: links of other steps and layouts without steps do not count', () => {
    const other = { ...link, name: 'other' };
    const verdict = judge(draft(), shows(a.sign(link), b.sign(other)));
    expect(verdict).toMatchObject({
      accepted: false,
      ignored: [{ step: 'rebuild', why: 'other-step' }],
    });
    const stray = judge(draft(), [
      ...shows(a.sign(link)),
      { step: 'nowhere', block: b.sign(link) },
    ]);
    expect(stray.ignored).toEqual([{ step: 'nowhere', why: 'no-such-step' }]);
  });

  it('a link that cannot be read does not count', () => {
    const verdict = judge(draft(), shows(a.sign(link), b.sign({ ...link, products: 1 })));
    expect(verdict).toMatchObject({ accepted: false, ignored: [{ why: 'unreadable' }] });
  });

  it('attack 13, attack 14: expiry is judged at the time that is given', () => {
    const layout = { ...draft(), expires: NOW };
    const evidence = shows(a.sign(link), b.sign(link));
    expect(judge(layout, evidence).accepted).toBe(true);
    expect(judge(layout, evidence, { now: NOW + 1 }).problems).toEqual([
      { reason: 'layout-expired', expires: NOW },
    ]);
  });

  it('attack 18: signatures of expired keys do not count', () => {
    const object = { ...gpg.object, creation_time: 1_700_000_000, validity_period: 1000 };
    const layout = { ...draft({ threshold: 1, keyIds: [gpg.id] }), keys: [object] };
    const evidence = shows(gpg.sign(link));
    expect(judge(layout, evidence, { now: 1_700_000_999 }).accepted).toBe(true);
    expect(judge(layout, evidence, { now: 1_700_001_000 }).accepted).toBe(false);
  });

  it('attack 19: an OpenPGP signature must name the key it stands for', () => {
    const [subkey] = gpgEd.subkeys;
    const [signature] = gpgEd.sign(link).signatures;
    if (subkey === undefined || signature === undefined) expect.unreachable();
    const forged = { ...gpgEd.sign(link), signatures: [{ ...signature, keyId: subkey.id }] };
    expect(judge(draft({ threshold: 1 }, [gpgEd]), shows(forged)).accepted).toBe(false);
  });

  it('must be signed by all keys that are asked for, and at least one', () => {
    const block = owner.sign(layoutDocument(draft()));
    const question = { now: NOW, evidence: shows(a.sign(link), b.sign(link)) };
    const verdict = verifyLayout(block, { ...question, keys: [keyOf(owner), keyOf(a)] });
    expect(verdict.problems).toEqual([{ reason: 'layout-signature', key: a.id }]);
    expect(codeOf(() => verifyLayout(block, { ...question, keys: [] }))).toBe('KEY_INVALID');
  });

  it('are not read before their signatures are checked', () => {
    const block = a.sign({ _type: 'layout', rubbish: true });
    expect(verifyLayout(block, { keys: [keyOf(owner)], now: NOW, evidence: [] }).problems).toEqual([
      { reason: 'layout-signature', key: owner.id },
    ]);
  });

  it('attack 17: name their inspections, and run none', () => {
    const look = {
      name: 'look',
      run: ['touch', '/tmp/never'],
      materials: [['DISALLOW', '*.exe']],
      products: [],
    };
    const layout = { ...draft(), inspections: [look] };
    const evidence = shows(a.sign(link), b.sign(link));
    expect(judge(layout, evidence).inspectionsNotRun).toEqual([{ name: 'look', run: look.run }]);
    const { materials: files } = testLink('', { 'a.exe': 'x' }, {});
    expect(judge(layout, evidence, { files }).problems).toEqual([
      {
        reason: 'rule',
        item: 'look',
        side: 'materials',
        rule: ['DISALLOW', '*.exe'],
        path: 'a.exe',
      },
    ]);
    expect(judge(layout, evidence, { files: link.products }).accepted).toBe(true);
  });

  it('say which rule is broken by what', () => {
    const layout = draft({
      products: [
        ['CREATE', '*.deb'],
        ['DISALLOW', '*'],
      ],
    });
    const extra = testLink('rebuild', {}, { 'x.deb': 'good', 'x.txt': 'more' });
    expect(judge(layout, shows(a.sign(link), b.sign(link))).accepted).toBe(true);
    expect(judge(layout, shows(a.sign(extra), b.sign(extra))).problems).toEqual([
      { reason: 'rule', item: 'rebuild', side: 'products', rule: ['DISALLOW', '*'], path: 'x.txt' },
    ]);
  });

  it('mention other commands than they expect', () => {
    const evidence = shows(a.sign({ ...link, command: ['make'] }), b.sign(link));
    expect(judge(draft(), evidence)).toMatchObject({ accepted: true, otherCommands: ['rebuild'] });
  });

  it('in place of a link are verified with their own evidence', () => {
    const inner = layoutDocument({
      expires: 4_000_000_000,
      keys: [c.object],
      steps: [{ name: 'inner', threshold: 1, keyIds: [c.id], materials: [], products: [] }],
    });
    const below = [{ step: 'inner', block: c.sign(testLink('inner', {}, { 'x.deb': 'good' })) }];
    const layout = draft({}, [a, b]);
    const sub: StepEvidence = { step: 'rebuild', block: b.sign(inner), below };
    expect(judge(layout, [...shows(a.sign(link)), sub]).accepted).toBe(true);
    expect(judge(layout, [...shows(a.sign(bad)), sub]).problems).toMatchObject([
      { reason: 'disagreement' },
    ]);
    expect(judge(layout, [...shows(a.sign(link)), { ...sub, below: [] }]).problems).toMatchObject([
      { reason: 'sublayout', problems: [{ reason: 'threshold', step: 'inner' }] },
      { reason: 'threshold' },
    ]);
  });

  it('attack 25: do not nest without end, nor take endless evidence or names', () => {
    const self = layoutDocument({
      expires: 4_000_000_000,
      keys: [a.object],
      steps: [{ name: 'rebuild', threshold: 1, keyIds: [a.id], materials: [], products: [] }],
    });
    const nested: StepEvidence = { step: 'rebuild', block: a.sign(self) };
    (nested as { below?: readonly StepEvidence[] }).below = [nested];
    const layout = draft({ threshold: 1 }, [a]);
    expect(codeOf(() => judge(layout, [nested]))).toBe('LIMIT_EXCEEDED');
    const stray = { step: 'nowhere', block: a.sign(link) };
    expect(codeOf(() => judge(layout, Array<StepEvidence>(5000).fill(stray)))).toBe(
      'LIMIT_EXCEEDED',
    );
    expect(
      codeOf(() => matches(`*${'a'.repeat(1000)}b`, 'a'.repeat(50_000), { remaining: 1_000_000 })),
    ).toBe('LIMIT_EXCEEDED');
  });

  it('attack 25: try few of the signatures that name one key', () => {
    const layout = draft({ threshold: 1 }, [a]);
    const signed = a.sign(link);
    const [own] = signed.signatures;
    if (own === undefined) expect.unreachable();
    const bad = { ...own, value: new Uint8Array(64) };
    const shown = (count: number) =>
      shows({ ...signed, signatures: [...Array<typeof bad>(count).fill(bad), own] });
    expect(judge(layout, shown(3)).accepted).toBe(true);
    expect(judge(layout, shown(4)).accepted).toBe(false);
  });

  const signed = layoutDocument(draft());
  const step = (signed['steps'] as readonly JsonObject[])[0] as JsonObject;
  const withStep = (changes: Record<string, unknown>) => ({
    ...signed,
    steps: [{ ...step, ...changes }],
  });
  it.each([
    ['attack 21: a threshold of 0', withStep({ threshold: 0 })],
    ['attack 21: no threshold', withStep({ threshold: undefined })],
    ['attack 21: a threshold that is a text', withStep({ threshold: '2' })],
    ['attack 21: a threshold that cannot be met', withStep({ threshold: 4 })],
    ['a key of the step given twice', withStep({ pubkeys: [a.id, a.id] })],
    ['a key that is not there', withStep({ pubkeys: ['x'] })],
    ['attack 15: a step named like a path', withStep({ name: '../x' })],
    ['a step named like a hidden file', withStep({ name: '.x' })],
    ['two steps of one name', { ...signed, steps: [step, step] }],
    ['a rule that is none', withStep({ expected_products: [['PERMIT', '*']] })],
    [
      'a rule with words missing',
      withStep({ expected_products: [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM']] }),
    ],
    [
      'a rule on neither side',
      withStep({ expected_products: [['MATCH', '*', 'WITH', 'THINGS', 'FROM', 'x']] }),
    ],
    [
      'a rule with a backslash in a prefix',
      withStep({
        expected_products: [['MATCH', '*', 'IN', 'a\\b', 'WITH', 'PRODUCTS', 'FROM', 'x']],
      }),
    ],
    ['no expiry', { ...signed, expires: 'never' }],
    ['an expiry without time', { ...signed, expires: '2027-01-01' }],
    ['an unknown field', { ...signed, more: 1 }],
    ['another type', { ...signed, _type: 'link' }],
    ['an inspection that is a step', { ...signed, inspect: [step] }],
  ])('with %s are refused', (_what, document) => {
    expect(codeOf(() => parseLayout(JSON.parse(JSON.stringify(document)) as JsonObject))).toBe(
      'METABLOCK_INVALID',
    );
  });

  it('read whatever comes with the own error only', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    const field = fc.constantFrom(...Object.keys(signed), 'more');
    fc.assert(
      fc.property(field, value, fc.boolean(), (name, what, inStep) => {
        const key = inStep && Object.hasOwn(step, name) ? name : name;
        const document = inStep ? withStep({ [key]: what }) : { ...signed, [name]: what };
        codeOf(() => parseLayout(document as JsonObject));
        codeOf(() => parseLink({ ...link, [name]: what } as JsonObject));
        codeOf(() => parseInTotoKey({ ...a.object, [name]: what } as JsonObject, a.id, []));
        codeOf(() =>
          parseMetablock(JSON.stringify({ signed: { [name]: what }, signatures: what })),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('are never accepted for links that were altered', () => {
    for (const person of [a, gpg, gpgEd]) {
      const layout = draft({ threshold: 1 }, [person]);
      const block = person.sign(link);
      // White space and the like between what is read is not signed, nor is the spelling of characters.
      const read = accepted(formatMetablock(block), 300, (altered) => {
        const found = parseMetablock(altered);
        if (judge(layout, shows(found)).accepted) expect(found.payload).toEqual(block.payload);
      });
      expect(read).toBeLessThan(300);
    }
  });
});
