import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicKeyToPem, sha256Hex, type Metablock } from '@selfsame/verify';
import { inTotoPublicKey } from '../../attestations/in-toto-layout/layout-key.js';
import { layoutDocument, type LayoutDraft } from '../../attestations/in-toto-layout/layout.js';
import { testGpg } from '../../attestations/testing.js';
import { temporaryDirectory, testKey } from '../../record/testing.js';
import { formatMetablock, linkDocument, signMetablock } from '../../signing/in-toto.js';
import { formatPublicKeyFile } from '../../signing/key-files.js';
import { testCommandContext } from '../testing.js';
import { layoutVerifyCommand } from './layout-verify.js';

const stock = '/usr/bin/in-toto-verify';
const hasStock = spawnSync(stock, ['--version']).status === 0;
const keyId = (name: string): string => inTotoPublicKey(testKey(name).publicKey).keyid;
const good: Readonly<Record<string, string>> = { 'a.txt': 'one' };

let scratch: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  scratch = temporaryDirectory();
  const { publicKey } = testKey('owner');
  const { keyid: _, ...object } = inTotoPublicKey(publicKey);
  write('owner.json', JSON.stringify(object));
  write('owner.pub', formatPublicKeyFile(publicKey, 'owner'));
  write('owner.pem', publicKeyToPem(publicKey));
  write('other.pub', formatPublicKeyFile(testKey('other').publicKey, 'other'));
  write('delivered/a.txt', 'one');
});
afterEach(() => scratch[Symbol.dispose]());

function write(path: string, text: string): void {
  mkdirSync(join(scratch.path, path, '..'), { recursive: true });
  writeFileSync(join(scratch.path, path), text);
}
const step = {
  threshold: 1,
  materials: [],
  products: [
    ['CREATE', 'a.txt'],
    ['DISALLOW', '*'],
  ],
};
const draft = (changes: Partial<LayoutDraft> = {}): LayoutDraft => ({
  expires: 4_000_000_000,
  keys: [inTotoPublicKey(testKey('alice').publicKey), inTotoPublicKey(testKey('bob').publicKey)],
  steps: [{ ...step, name: 'make', keyIds: [keyId('alice'), keyId('bob')] }],
  ...changes,
});
const layout = (one: LayoutDraft = draft(), signer = 'owner'): void =>
  write('root.layout', formatMetablock(signMetablock(layoutDocument(one), [testKey(signer)])));
const linkBlock = (
  who: string,
  name: string,
  products: Readonly<Record<string, string>>,
): Metablock => {
  const digests = Object.entries(products).map(
    ([path, text]) => [path, { sha256: sha256Hex(text) }] as const,
  );
  const files = { materials: {}, products: Object.fromEntries(digests) };
  const signed = linkDocument({ name, command: [], ...files, byproducts: {}, environment: {} });
  return signMetablock(signed, [testKey(who)]);
};
const link = (who: string, products = good, name = 'make'): void =>
  write(
    `links/make.${keyId(who).slice(0, 8)}.link`,
    formatMetablock(linkBlock(who, name, products)),
  );
const run = async (options: Record<string, unknown> = {}) =>
  await layoutVerifyCommand.run(
    ['root.layout'],
    { key: ['owner.json'], links: 'links', ...options },
    testCommandContext(scratch.path),
  );
/** Exit code of `in-toto-verify` on the same files, in the directory of what was delivered. */
const theirs = (): number | null =>
  spawnSync(
    stock,
    ['-l', '../root.layout', '-k', '../owner.json', '-t', 'ed25519', '--link-dir', '../links'],
    { cwd: join(scratch.path, 'delivered') },
  ).status;

describe('selfsame layout verify', () => {
  it('accepts what was done as the layout says, with the key in any of its forms', async () => {
    layout();
    link('alice');
    for (const key of ['owner.json', 'owner.pub', 'owner.pem']) {
      expect(await run({ key: [key] }), key).toMatchObject({
        exitCode: 0,
        data: { accepted: true, products: { 'a.txt': { sha256: sha256Hex('one') } } },
        text: ['accepted: root.layout'],
      });
    }
  });

  it.each<[string, () => void, Record<string, unknown>, string]>([
    ['another signer', () => layout(draft(), 'other'), {}, 'owner.json did not sign the layout'],
    [
      'one signer of two',
      () => layout(),
      { key: ['owner.json', 'other.pub'] },
      'other.pub did not sign the layout',
    ],
    [
      'an expired layout',
      () => layout(draft({ expires: 1_700_000_000 })),
      {},
      'the layout expired at 2023-11-14T22:13:20.000Z',
    ],
    [
      'a layout that has expired by then',
      () => layout(),
      { at: '2100-01-01' },
      'the layout expired at 2096-10-02T07:06:40.000Z',
    ],
    [
      'too few links',
      () => layout(draft({ steps: [{ ...draft().steps[0]!, threshold: 2 }] })),
      {},
      'step make needs links by 2 keys, and has 1',
    ],
    [
      'a file against the rules',
      () => {
        layout();
        link('alice', { ...good, 'evil.sh': 'two' });
      },
      {},
      'make: evil.sh is among the products, against the rule DISALLOW *',
    ],
    [
      'a file that is missing',
      () => {
        const products = [['REQUIRE', 'b.txt']];
        layout(draft({ steps: [{ ...draft().steps[0]!, products }] }));
      },
      {},
      'make: b.txt is not among the products, against the rule REQUIRE b.txt',
    ],
    [
      'links that contradict each other, though one would do',
      () => {
        layout();
        link('bob', { 'a.txt': 'two' });
      },
      {},
      'the 2 keys that signed step make do not say the same',
    ],
    [
      'inspections',
      () =>
        layout(
          draft({
            inspections: [
              { name: 'look', run: ['sh', '-c', 'exit 1'], materials: [], products: [] },
            ],
          }),
        ),
      {},
      'its inspections were not run; leave them out with --without-inspections',
    ],
  ])('refuses %s', async (_what, prepare, options, why) => {
    link('alice');
    prepare();
    const { exitCode, data, text } = await run(options);
    expect(exitCode).toBe(1);
    expect(data).toMatchObject({ accepted: false });
    expect(text.slice(-2)).toEqual([why, 'refused: root.layout']);
  });

  it('never runs an inspection, and checks its rules against the files', async () => {
    const products = [
      ['MATCH', 'a.txt', 'WITH', 'PRODUCTS', 'FROM', 'make'],
      ['DISALLOW', '*'],
    ];
    const inspection = {
      name: 'look',
      run: ['touch', join(scratch.path, 'ran')],
      materials: [],
      products,
    };
    layout(draft({ inspections: [inspection] }));
    link('alice');
    const options = { withoutInspections: true, files: 'delivered' };
    const { exitCode, text } = await run(options);
    expect(exitCode).toBe(0);
    expect(text[0]).toBe(`inspection look was not run: touch ${join(scratch.path, 'ran')}`);
    expect(spawnSync('test', ['-e', join(scratch.path, 'ran')]).status).toBe(1);
    write('delivered/sub/more.txt', 'more');
    expect((await run({ withoutInspections: true })).exitCode).toBe(0);
    expect((await run(options)).text).toContain(
      'look: sub/more.txt is among the products, against the rule DISALLOW *',
    );
    rmSync(join(scratch.path, 'delivered/sub'), { recursive: true });
    // A link could stand for other bytes tomorrow.
    symlinkSync('a.txt', join(scratch.path, 'delivered/link'));
    await expect(run(options)).rejects.toMatchObject({ code: 'LAYOUT_FILES' });
  });

  it('follows layouts in place of links into their folders', async () => {
    layout();
    const inner = draft({ steps: [{ ...step, name: 'inner', keyIds: [keyId('bob')] }] });
    const block = signMetablock(layoutDocument(inner), [testKey('alice')]);
    const place = `links/make.${keyId('alice').slice(0, 8)}`;
    write(`${place}.link`, formatMetablock(block));
    expect((await run()).text).toContain(
      'the layout in place of step make is refused: step inner needs links by 1 keys, and has 0',
    );
    const innerLink = linkBlock('bob', 'inner', good);
    write(`${place}/inner.${keyId('bob').slice(0, 8)}.link`, formatMetablock(innerLink));
    expect((await run()).exitCode).toBe(0);
  });

  it('says what does not count', async () => {
    layout();
    link('alice');
    link('mallory');
    write('links/make.00000000.link', '{}');
    write('links/other.00000000.link', formatMetablock(signMetablock({}, [testKey('alice')])));
    const { exitCode, text } = await run();
    expect(exitCode).toBe(0);
    expect(text.slice(0, -1)).toEqual([
      'a link of step other does not count: the layout has no such step',
      'a link of step make does not count: no key that the step allows signed it',
      expect.stringMatching(/^make\.00000000\.link is no link: /),
    ]);
  });

  it('needs keys, a layout and a folder that can be read', async () => {
    layout();
    await expect(run({ key: [] })).rejects.toMatchObject({ code: 'WRONG_USE' });
    await expect(run({ key: ['none'] })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    await expect(run({ key: ['root.layout'] })).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
    await expect(run({ links: 'none' })).rejects.toMatchObject({ code: 'LAYOUT_FILES' });
    write('root.layout', formatMetablock(signMetablock({ _type: 'layout' }, [testKey('owner')])));
    mkdirSync(join(scratch.path, 'links'));
    await expect(run()).rejects.toMatchObject({ code: 'LAYOUT_INVALID' });
    write('root.layout', '{"signed": {}');
    await expect(run()).rejects.toMatchObject({ code: 'LAYOUT_INVALID' });
  });
});

describe.skipIf(!hasStock)('stock in-toto-verify, on the same files', () => {
  const cases: readonly [string, () => void, number | 'theirs is wrong'][] = [
    ['as it should be', () => undefined, 0],
    ['another signer', () => layout(draft(), 'other'), 1],
    ['an expired layout', () => layout(draft({ expires: 1_700_000_000 })), 1],
    ['no link', () => rmSync(join(scratch.path, 'links'), { recursive: true }), 1],
    [
      'a stranger’s link',
      () => (rmSync(join(scratch.path, 'links'), { recursive: true }), link('mallory')),
      1,
    ],
    ['a file too many', () => link('alice', { ...good, b: 'b' }), 1],
    ['two links that agree', () => link('bob'), 0],
    ['a link of another step', () => link('alice', good, 'test'), 'theirs is wrong'],
  ];
  it.each(cases)('%s', async (_what, change, expected) => {
    layout();
    link('alice');
    change();
    mkdirSync(join(scratch.path, 'links'), { recursive: true });
    expect((await run()).exitCode).toBe(expected === 0 ? 0 : 1);
    expect(theirs()).toBe(expected === 'theirs is wrong' ? 0 : expected);
  });

  it('signs with gpg what is accepted here, until the certificate expires or is another', async () => {
    const { fingerprint, home, run: gpg, stop } = testGpg(join(scratch.path, 'gpg'));
    write('owner.asc', gpg('--armor', '--export', fingerprint).toString());
    const block = { signatures: [], signed: layoutDocument(draft()) };
    write('root.layout', JSON.stringify(block));
    // From there: it makes words of what it gives to gpg.
    const ownHome = relative(scratch.path, home);
    const signing = ['-f', 'root.layout', '-g', fingerprint, '--gpg-home', ownHome];
    const signed = spawnSync('/usr/bin/in-toto-sign', signing, { cwd: scratch.path });
    stop();
    expect(signed.status).toBe(0);
    link('alice');
    expect((await run({ key: ['owner.asc'] })).text).toEqual(['accepted: root.layout']);
    // Before the signature was made nobody had signed.
    expect(await run({ key: ['owner.asc'], at: '2020-01-01' })).toMatchObject({ exitCode: 1 });
    expect(await run({ key: ['owner.json', 'owner.asc'] })).toMatchObject({ exitCode: 1 });
  });
});
