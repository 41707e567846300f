import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { box, boxFormat } from '../testing-box.js';
import { reportIn } from './testing.js';

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'not-following-test-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const [signatureA, signatureB] = ['the first one', 'the 2nd'];

/** What is said of archives of a signature, which is ignored, and another member. */
async function verdict(name: string, a: string, b: string): Promise<string> {
  const of = (signature: string, bytes: string): Buffer =>
    box([
      { name: 'x.sig', bytes: signature },
      { name, bytes },
    ]);
  const [inA, inB] = [of(signatureA, a), of(signatureB, b)];
  return (await reportIn(scratch, inA, inB, ['signature'], [boxFormat])).verdict;
}

const digest = (of: string): string => of.repeat(64);
const digests = (of: string, last: string): string =>
  Array.from({ length: 80 }, (_, at) => `${digest(of)}  file ${at}\nsame\nsame\n`).join('') + last;

const sum = (
  bytes: string,
  algorithm = 'sha256',
  encoding: 'hex' | 'base64' | 'base64url' = 'hex',
): string => createHash(algorithm).update(bytes).digest(encoding);

describe('beside a signature that is ignored', () => {
  it.each([
    ['a program that is called as a section', 'LC_UUID', 'good', 'evil'],
    ['a program that is called as another section', '.note.gnu.build-id', 'good', 'evil'],
    ['a file that is called as a table', '.hash', '\x01good', '\x02evil'],
    ['a file that is called as a part of documents', 'xref', '\x01good', '\x02evil'],
    ['a file that is called as headers', 'x.debug/section headers', '\x01good', '\x02evil'],
    ['a file that is called as a checksum', 'crc32', 'abcd', 'efgh'],
    ['a digest of something else', 'install', `check ${digest('a')}\n`, `check ${digest('b')}\n`],
    ['what stands behind many digests', 'list', digests('a', 'good\n'), digests('b', 'evil\n')],
    ['words beside a digest', 'list', `${digest('a')} good\n`, `${digest('b')} evil\n`],
    [
      'words beside a digest of the signature',
      'list',
      `${sum(signatureA)} good\n`,
      `${sum(signatureB)} evil\n`,
    ],
    [
      'a digest of the signature of the other side',
      'list',
      `${sum(signatureB)}\n`,
      `${sum(signatureA)}\n`,
    ],
    ['a number as large as the signature', 'script', 'port 13\n', 'port 7\n'],
    [
      'a number far from its digest',
      'script',
      `${sum(signatureA)} 1 2 3 13\n`,
      `${sum(signatureB)} 1 2 3 7\n`,
    ],
    [
      'another number beside its digest',
      'list',
      `${sum(signatureA)} 13\n`,
      `${sum(signatureB)} 8\n`,
    ],
    ['more digests', 'list', `${sum(signatureA)}\n`, `${sum(signatureB)}\n${sum(signatureB)}\n`],
  ])('%s still differs', async (_, name, a, b) => {
    expect(await verdict(name, a, b)).toBe('differs');
  });

  it.each([
    ['sha256sum', (bytes: string) => `${sum(bytes)}  x.sig\n`],
    ['md5sums and sizes', (bytes: string) => ` ${sum(bytes, 'md5')} ${bytes.length} x.sig\n`],
    [
      'RECORD of wheels',
      (bytes: string) => `x.sig,sha256=${sum(bytes, 'sha256', 'base64url')},${bytes.length}\n`,
    ],
    [
      'manifests of images',
      (bytes: string) => `{"size":${bytes.length},"digest":"sha256:${sum(bytes)}","layers":[]}`,
    ],
    [
      'locks of npm',
      (bytes: string) => `{"integrity": "sha512-${sum(bytes, 'sha512', 'base64')}"}\n`,
    ],
    [
      'manifests of JAR files',
      (bytes: string) => `Name: x\nSHA1-Digest: ${sum(bytes, 'sha1', 'base64')}\n`,
    ],
  ])('digests of it as %s follow', async (_, list) => {
    expect(await verdict('list', list(signatureA), list(signatureB))).toBe('equal-after-ignoring');
  });
});
