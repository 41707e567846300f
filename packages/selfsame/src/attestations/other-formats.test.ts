import { sha256Hex, STATEMENT_PAYLOAD_TYPE } from '@selfsame/verify';
import { createCleartextMessage, sign } from 'openpgp';
import type { PrivateKey as OpenPgpKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatEnvelope, signEnvelope } from '../signing/envelope.js';
import { formatMetablock, linkDocument, signMetablock } from '../signing/in-toto.js';
import { PrivateKey } from '../signing/private-key.js';
import { readVotes } from './read-votes.js';
import { contextOf, keyOf, made, newOpenPgpKey, testFolder } from './testing.js';

let alice: OpenPgpKey;
const key = new PrivateKey(new Uint8Array(32).fill(3));
beforeAll(async () => {
  alice = await newOpenPgpKey();
});

async function read(name: string, content: string) {
  using folder = testFolder();
  folder.write(name, content);
  const { budget: _, ...context } = await contextOf([alice], { keys: [key.publicKey] });
  return await readVotes(folder.path, context);
}

async function clearSigned(text: string): Promise<string> {
  const message = await createCleartextMessage({ text: text.trimEnd() });
  const date = new Date((made + 86_400) * 1000);
  return String(await sign({ message, signingKeys: alice, date }));
}

describe('.buildinfo files', () => {
  const text = (more = '') =>
    'Format: 1.0\nSource: pigz (2.8-1)\nBinary: pigz\nArchitecture: amd64 source\nVersion: 2.8-1+b1\n' +
    `Checksums-Sha256:\n ${sha256Hex('dsc')} 1900 pigz_2.8-1.dsc\n ${sha256Hex('deb')} 65000 pigz_2.8-1+b1_amd64.deb\n${more}` +
    'Installed-Build-Depends:\n autoconf (= 2.71-3),\n make (= 4.3-4.1)\n';
  const name = 'pigz_2.8-1+b1_amd64.buildinfo';

  it('are votes on what was built from the source they list, where it was built beside', async () => {
    const { votes, notes } = await read(name, await clearSigned(text()));
    expect(votes.map(({ vote }) => vote)).toEqual([
      {
        key: keyOf(alice),
        signature: 'valid',
        evidence: expect.any(String) as string,
        format: 'buildinfo',
        build: { project: 'pigz', version: '2.8-1+b1', target: 'amd64' },
        inputs: sha256Hex('dsc'),
        outcome: 'built',
        artifacts: [{ path: 'pigz_2.8-1+b1_amd64.deb', sha256: sha256Hex('deb') }],
      },
    ]);
    expect(notes[0]?.text).toContain('2 packages');
  });

  it.each([
    ['without signature', () => Promise.resolve(text()), 'it is not signed'],
    [
      'of another format',
      () => clearSigned(text().replace('1.0', '9')),
      'not a buildinfo of format',
    ],
    ['with a field twice', () => clearSigned(text('Version: 9\n')), 'given twice'],
    [
      'with a name that is a path',
      () => clearSigned(text().replace('pigz_2.8-1+b1_amd64.deb', '../x.deb')),
      'has a folder',
    ],
  ])('%s do not count', async (_, content, reason) => {
    const [found] = (await read(name, await content())).votes;
    expect(found?.vote).toMatchObject({ signature: 'malformed', artifacts: [] });
    expect(found?.vote.reason).toContain(reason);
  });
});

describe('links', () => {
  const link = (name: string) =>
    linkDocument({
      name,
      command: [],
      materials: { src: { sha256: sha256Hex('src') } },
      products: { 'a.tar': { sha256: sha256Hex('a') } },
      byproducts: {},
      environment: {},
    });

  it('count by who signed them, not by whom they name', async () => {
    const signed = formatMetablock(signMetablock(link('build'), [key]));
    const [good] = (await read('p.sigs/1.0/build.json', signed)).votes;
    expect(good?.vote).toMatchObject({
      signature: 'valid',
      key: key.publicKey.id,
      build: { project: 'p', version: '1.0', target: 'build' },
    });
    const changed = signed.replace(sha256Hex('a'), sha256Hex('evil'));
    expect((await read('build.link', changed)).votes[0]?.vote.signature).toBe('bad');
    const unsigned = formatMetablock(signMetablock(link('build'), []));
    expect((await read('build.link', unsigned)).votes[0]?.vote).toMatchObject({
      signature: 'malformed',
    });
  });
});

describe('statements by others', () => {
  it('are evidence, and never votes', async () => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'a.tar', digest: { sha256: sha256Hex('a') } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {},
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const envelope = formatEnvelope(signEnvelope(STATEMENT_PAYLOAD_TYPE, payload, key));
    const { votes, envelopes, notes } = await read('a.intoto.jsonl', envelope);
    expect({ votes, envelopes }).toEqual({ votes: [], envelopes: [] });
    expect(notes[0]?.text).toBe(
      'evidence (https://slsa.dev/provenance/v1) about 1 file, not a vote; not checked',
    );
  });

  it('that are no whole sigstore bundles are malformed', async () => {
    const head = '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}';
    const [found] = (await read('a.sigstore.json', head)).votes;
    expect(found?.vote).toMatchObject({ signature: 'malformed', format: 'sigstore bundle' });
  });
});
