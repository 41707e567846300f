// Test vectors that other projects publish, run where SELFSAME_VECTORS names a folder with clones of them
// (docs: conformance/vectors/README.md). They are not part of this repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VerifyError } from './errors.js';
import {
  publicKeyFromBytes,
  publicKeyFromSpki,
  verifySignature,
  type PublicKey,
  type SignatureScheme,
} from './keys/public-key.js';
import { inTotoKeyIds } from './in-toto/key-ids.js';
import { linkVotes } from './in-toto/link-votes.js';
import { parseMetablock } from './in-toto/metablock.js';
import { parsePublicKey } from './keys/key-text.js';
import { parseNote, parseNoteKey, verifyNote } from './log/note.js';
import { verifyConsistency, verifyInclusion } from './log/merkle.js';

const folder = process.env['SELFSAME_VECTORS'] ?? '';
const has = (name: string) => folder !== '' && existsSync(join(folder, name));
const readJson = (...path: string[]) =>
  JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as unknown;
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

function files(...path: string[]): string[] {
  if (!has(path[0] ?? '')) return [];
  return readdirSync(join(folder, ...path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/** True, or false for whatever this package refuses; anything but its own error fails the test. */
function accepts(check: () => unknown): boolean {
  try {
    return check() !== false;
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}

interface WycheproofGroup {
  readonly publicKeyDer: string;
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: 'valid' | 'invalid' | 'acceptable';
    readonly flags: readonly string[];
  }[];
}

describe.skipIf(!has('wycheproof'))('C2SP/wycheproof', () => {
  const wanted: readonly (readonly [RegExp, SignatureScheme])[] = [
    [/^ed25519_test/, 'ed25519'],
    [/^ecdsa_secp256r1_sha256_test/, 'ecdsa-p256-sha256'],
    [/^ecdsa_secp256r1_sha256_p1363_test/, 'ecdsa-p256-sha256-raw'],
    [/^rsa_signature_\d+_sha256_test/, 'rsa-pkcs1-sha256'],
    [/^rsa_signature_\d+_sha512_test/, 'rsa-pkcs1-sha512'],
    [/^rsa_pss_\d+_sha256_mgf1_32_test/, 'rsa-pss-sha256'],
  ];
  const cases = files('wycheproof', 'testvectors_v1').flatMap((name) =>
    wanted.filter(([pattern]) => pattern.test(name)).map(([, scheme]) => [name, scheme] as const),
  );

  it('is there', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  it.each(cases)('%s (%s)', (name, scheme) => {
    const { testGroups } = readJson('wycheproof', 'testvectors_v1', name) as {
      testGroups: readonly WycheproofGroup[];
    };
    const wrong: string[] = [];
    for (const { publicKeyDer, tests } of testGroups) {
      for (const { tcId, msg, sig, result, flags } of tests) {
        const accepted = accepts(() =>
          verifySignature(publicKeyFromSpki(hex(publicKeyDer)), hex(msg), hex(sig), scheme),
        );
        if (result !== 'acceptable' && accepted !== (result === 'valid')) {
          wrong.push(`${tcId} ${result} ${flags.join(' ')}`);
        }
        if (result === 'acceptable' && accepted) wrong.push(`${tcId} accepted ${flags.join(' ')}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!has('CCTV'))('C2SP/CCTV ed25519', () => {
  it('agrees on every edge case', () => {
    const vectors = readJson('CCTV', 'ed25519', 'ed25519vectors.json') as readonly {
      readonly key: string;
      readonly sig: string;
      readonly msg: string;
      readonly flags: readonly string[] | null;
    }[];
    // What RFC 8032 leaves open: signatures count only without cofactor, and small orders only in R or
    // as a part of a key, where they do not let anyone else sign.
    const harmless = ['low_order_R', 'low_order_component_R', 'low_order_component_A'];
    const wrong = vectors.filter(({ key, sig, msg, flags }) => {
      const accepted = accepts(() =>
        verifySignature(publicKeyFromBytes(hex(key)), Buffer.from(msg), hex(sig)),
      );
      return accepted !== (flags ?? []).every((flag) => harmless.includes(flag));
    });
    expect(vectors.length).toBe(914);
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(!has('merkle'))('transparency-dev/merkle', () => {
  const hash = (text: string | null) => Uint8Array.from(Buffer.from(text ?? '', 'base64'));
  const proofOf = (proof: readonly string[] | null) => (proof ?? []).map(hash);

  it.each(files('merkle', 'testdata', 'inclusion'))('inclusion %s', (name) => {
    const vector = readJson('merkle', 'testdata', 'inclusion', name) as {
      leafIdx: number;
      treeSize: number;
      root: string;
      leafHash: string;
      proof: string[] | null;
      wantErr: boolean;
    };
    const accepted = accepts(() => {
      verifyInclusion(
        hash(vector.leafHash),
        vector.leafIdx,
        vector.treeSize,
        hash(vector.root),
        proofOf(vector.proof),
      );
    });
    expect(accepted).toBe(!vector.wantErr);
  });

  it.each(files('merkle', 'testdata', 'consistency'))('consistency %s', (name) => {
    const vector = readJson('merkle', 'testdata', 'consistency', name) as {
      size1: number;
      size2: number;
      root1: string;
      root2: string;
      proof: string[] | null;
      wantErr: boolean;
    };
    const accepted = accepts(() => {
      verifyConsistency(
        vector.size1,
        hash(vector.root1),
        vector.size2,
        hash(vector.root2),
        proofOf(vector.proof),
      );
    });
    // Some vectors have roots that are no hashes.
    const areHashes = [vector.root1, vector.root2].every((root) => hash(root).length === 32);
    expect(accepted).toBe(!vector.wantErr && areHashes);
  });
});

describe.skipIf(!has('repro-threshold'))('kpcyrd/repro-threshold, links of real rebuilders', () => {
  const file = (name: string) =>
    readFileSync(join(folder, 'repro-threshold', 'test_data', name), 'utf8');
  const keys = () =>
    ['reproduce-debian-net-amd64.pub', 'reproducible-archlinux.pub'].map((name) => {
      const { key } = parsePublicKey(file(name));
      return key;
    });

  it('are votes of the daemon, and of a worker nobody knows', () => {
    const [debian, arch] = keys();
    expect(inTotoKeyIds(debian as PublicKey)[0]).toMatch(/^2980aa6249ad89ce0ef0f0f5/);
    const states = (name: string) =>
      linkVotes(parseMetablock(file(name)), keys()).map(({ key, signature }) => [key, signature]);
    expect(states('librust-as-slice-dev_0.2.1-1+b2_amd64.in-toto.link')).toEqual([
      [undefined, 'unknown-key'],
      [debian?.id, 'valid'],
    ]);
    expect(states('filesystem-2025.10.12-1-any.in-toto.link')).toEqual([
      [undefined, 'unknown-key'],
      [arch?.id, 'valid'],
    ]);
    expect(states('filesystem-2025.10.12-1-any.INVALID.in-toto.link')).toEqual([
      [undefined, 'unknown-key'],
      [arch?.id, 'bad'],
    ]);
  });
});

describe.skipIf(!has('C2SP'))('C2SP, the examples in the specifications', () => {
  it('signed-note', () => {
    const page = readFileSync(join(folder, 'C2SP', 'signed-note.md'), 'utf8');
    const vkey =
      /^    (example\.com\/foo\+\S+)$/m.exec(page)?.[1] ??
      /^(example\.com\/foo\+\S+)$/m.exec(page)?.[1];
    const note = /```\n(This is an example message\.\n[^`]+)```/.exec(page)?.[1];
    const key = parseNoteKey(vkey ?? '');
    expect(verifyNote(parseNote(note ?? ''), [key])).toEqual([{ key }]);
  });
});
