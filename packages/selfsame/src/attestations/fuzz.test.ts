import fc from 'fast-check';
import { sha256Hex } from '@selfsame/verify';
import { createCleartextMessage, sign } from 'openpgp';
import type { PrivateKey as OpenPgpKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { PrivateKey } from '../signing/private-key.js';
import { attestationFormats } from './formats.js';
import type { AttestationFile, ReadingContext } from './format.js';
import { contextOf, made, newOpenPgpKey, signedBy } from './testing.js';
import { signAs } from './write/formats.js';
import type { SignFormat } from './write/formats.js';

const key = new PrivateKey(new Uint8Array(32).fill(9));
const result = {
  build: { project: 'pigz', version: '2.8', target: 'default' },
  definition: sha256Hex('definition'),
  artifacts: [{ path: 'pigz.tar.gz', sha256: sha256Hex('archive') }],
};
let openPgp: OpenPgpKey;
/** Files of one attestation in each format, as they are signed. */
const corpus = new Map<string, readonly AttestationFile[]>();

beforeAll(async () => {
  openPgp = await newOpenPgpKey();
  const gpg = {
    fingerprint: openPgp.getFingerprint(),
    sign: async (data: Uint8Array, form: string) => {
      const armored = await signedBy(data, openPgp);
      const { readSignature } = await import('openpgp');
      if (form === 'armored') return Buffer.from(armored);
      return Buffer.from((await readSignature({ armoredSignature: armored })).write());
    },
  };
  const formats: readonly SignFormat[] = ['guix', 'gitian', 'sha256sums'];
  for (const format of formats) {
    corpus.set(format, await files(format, { name: 'me', key: gpg }));
  }
  for (const format of ['in-toto', 'rebuilderd', 'minisign', 'signify', 'ssh'] as const) {
    corpus.set(format, await files(format, { name: 'me', key }));
  }
  const text = `Format: 1.0\nSource: pigz\nVersion: 2.8\nArchitecture: amd64\nChecksums-Sha256:\n ${sha256Hex('archive')} 3 pigz_2.8_amd64.deb\n`;
  const message = await createCleartextMessage({ text: text.trimEnd() });
  const date = new Date((made + 86_400) * 1000);
  const document = String(await sign({ message, signingKeys: openPgp, date }));
  corpus.set('buildinfo', [{ path: 'a/b/pigz_2.8_amd64.buildinfo', bytes: Buffer.from(document) }]);
});

async function files(format: SignFormat, signer: Parameters<typeof signAs>[2]) {
  return (await signAs(format, result, signer)).map(({ path, content }) => ({
    path: path.join('/'),
    bytes: Buffer.from(content),
  }));
}

async function votesOf(all: readonly AttestationFile[], context: ReadingContext) {
  const votes = [];
  for (const format of attestationFormats) {
    const taken = all.filter(({ path, bytes }) => {
      const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
      return attestationFormats.find((one) => one.takes(path, head)) === format;
    });
    if (taken.length > 0) votes.push(...(await format.read(taken, context)).votes);
  }
  return votes.map(({ vote }) => vote);
}

const names = [
  'guix',
  'gitian',
  'sha256sums',
  'in-toto',
  'rebuilderd',
  'minisign',
  'signify',
  'ssh',
  'buildinfo',
];
const essence = (votes: Awaited<ReturnType<typeof votesOf>>) =>
  votes
    .filter(({ signature }) => signature === 'valid')
    .map(({ artifacts, inputs, outcome, evidence: _, key: by }) => ({
      artifacts,
      inputs,
      outcome,
      by,
    }));

describe('altered files', () => {
  it.each(names)('of %s: never a crash, never other content than was signed', async (name) => {
    const context = await contextOf([openPgp], { keys: [key.publicKey] });
    const original = corpus.get(name) ?? [];
    const honest = essence(await votesOf(original, context));
    expect(honest).toHaveLength(1);
    const alteration = fc.record({
      file: fc.nat(original.length - 1),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      kind: fc.constantFrom('flip', 'cut', 'drop', 'insert', 'repeat'),
      byte: fc.integer({ min: 1, max: 255 }),
      length: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(alteration, { minLength: 1, maxLength: 3 }), async (changes) => {
        const altered: { path: string; bytes: Buffer }[] = original.map(({ path, bytes }) => ({
          path,
          bytes: Buffer.from(bytes),
        }));
        for (const { file, at, kind, byte, length } of changes) {
          const one = altered[file];
          if (one !== undefined)
            one.bytes = alter(one.bytes, kind, Math.floor(at * one.bytes.length), byte, length);
        }
        const fresh = { ...context, budget: { remaining: 1000 } };
        for (const found of essence(await votesOf(altered, fresh)))
          expect(honest).toContainEqual(found);
      }),
      { numRuns: 150 },
    );
  });

  it('of nonsense under every name: never a crash, never a valid vote', async () => {
    const context = await contextOf([openPgp], { keys: [key.publicKey] });
    const paths = [...corpus.values()].flat().map(({ path }) => path);
    const more = [
      'a/x.sigstore.json',
      'a/x.dsse.json',
      'a/x.intoto.jsonl',
      'a/x.layout',
      'a/SHA256SUMS.asc',
    ];
    const start = fc.constantFrom(
      '',
      '{',
      '{"signatures":[],"signed":{',
      '{"payloadType":"x"',
      '--- !!omap\n',
      '-----BEGIN PGP SIGNATURE-----\n\n',
      'untrusted comment: ',
      '-----BEGIN SSH SIGNATURE-----\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom(...paths, ...more), start, fc.uint8Array({ maxLength: 200 })),
          { maxLength: 4 },
        ),
        async (entries) => {
          const all = new Map(
            entries.map(([path, head, rest]) => [
              path,
              { path, bytes: Buffer.concat([Buffer.from(head), rest]) },
            ]),
          );
          for (const vote of await votesOf([...all.values()], context)) {
            expect(vote.signature).not.toBe('valid');
            expect(vote.reason).toBeTruthy();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function alter(bytes: Buffer, kind: string, at: number, byte: number, length: number): Buffer {
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (kind === 'cut') return head;
  if (kind === 'drop') return Buffer.concat([head, tail.subarray(length)]);
  if (kind === 'insert') return Buffer.concat([head, Buffer.alloc(length, byte), tail]);
  if (kind === 'repeat') return Buffer.concat([head, tail.subarray(0, length), tail]);
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ byte;
  return copy;
}
