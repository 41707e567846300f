import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { judgeVotes, parsePolicy, sha256Hex } from '@selfsame/verify';
import type { Vote } from '@selfsame/verify';
import type { PrivateKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readKeyrings, readTrustedRoot } from './keyrings.js';
import { readingLimits, readVotes } from './read-votes.js';
import type { ReadVotes } from './read-votes.js';
import { contextOf, keyOf, newOpenPgpKey, now, signedBy, testFolder } from './testing.js';

let alice: PrivateKey;
let bob: PrivateKey;
let mallory: PrivateKey;
const good = `${sha256Hex('a')}  a.tar.gz\n${sha256Hex('b')}  b.zip\n`;
const evil = good.replace(sha256Hex('b'), sha256Hex('evil'));

beforeAll(async () => {
  [alice, bob, mallory] = await Promise.all([newOpenPgpKey(), newOpenPgpKey(), newOpenPgpKey()]);
});

/** Files by path → what is read, when the certificates of all three are at hand. */
async function read(files: Readonly<Record<string, string>>): Promise<ReadVotes> {
  using folder = testFolder();
  for (const [name, content] of Object.entries(files)) folder.write(`x.sigs/${name}`, content);
  const { budget: _, ...context } = await contextOf([alice, bob, mallory]);
  return await readVotes(join(folder.path, 'x.sigs'), context);
}

function verdict({ votes }: ReadVotes, more: object = {}) {
  const signers = { alice: keyOf(alice), bob: keyOf(bob) };
  const policy = parsePolicy({ threshold: 2, signers, ...more });
  return judgeVotes(
    votes.map(({ vote }) => vote),
    policy,
    { at: now },
  );
}

const states = ({ votes }: ReadVotes) => votes.map(({ vote }) => vote.signature);
const asc = async (text: string, ...keys: PrivateKey[]) => await signedBy(text, ...keys);

describe('lists in folders of signers', () => {
  it('are votes by whoever signed them', async () => {
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': await asc(good, alice),
      '1.0/anything/all.SHA256SUMS': good,
      '1.0/anything/all.SHA256SUMS.asc': await asc(good, bob),
    });
    expect(states(found)).toEqual(['valid', 'valid']);
    expect(found.votes[0]?.vote.build).toEqual({ project: 'x', version: '1.0', target: 'all' });
    expect(verdict(found)).toMatchObject({ accepted: true });
  });

  it("warn where one signer's two lists contradict each other, and only then", async () => {
    const line = (name: string, content = name): string => `${sha256Hex(content)}  ${name}\n`;
    const notesOf = async (some: string, all: string, who = alice) => {
      const { notes, votes } = await read({
        '1.0/alice/noncodesigned.SHA256SUMS': some,
        '1.0/alice/noncodesigned.SHA256SUMS.asc': await asc(some, alice),
        '1.0/alice/all.SHA256SUMS': all,
        '1.0/alice/all.SHA256SUMS.asc': await asc(all, who),
      });
      expect(votes.map(({ vote }) => vote.signature)).toEqual(['valid', 'valid']);
      return notes;
    };
    const some = line('a') + line('b');
    expect(await notesOf(some, some + line('signed'))).toEqual([]);
    expect(await notesOf(some, line('b') + line('a'))).toEqual([]);
    expect(await notesOf(some, line('a', 'other'))).toEqual([
      {
        path: expect.stringMatching(/1\.0\/alice\/noncodesigned\.SHA256SUMS$/) as string,
        text: 'the list "all" of the same signer has a with other bits (and 1 more): the two are not of one build',
        isWarning: true,
      },
    ]);
    expect(await notesOf(some, line('a'))).toMatchObject([
      { text: expect.stringContaining('has b not at all:') as string },
    ]);
    // Somebody else's list beside it says nothing of alice.
    expect(await notesOf(some, line('a', 'other'), bob)).toEqual([]);
  });

  it('attack 3: three signatures of one key in one file are one vote', async () => {
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': await asc(good, alice, alice, alice),
    });
    expect(states(found)).toEqual(['valid', 'valid', 'valid']);
    expect(verdict(found).definitions[0]?.artifacts[0]).toMatchObject({
      reason: 'too-few',
      clusters: [{ agree: ['alice'] }],
    });
  });

  it('attack 3: a key in two folders is one signer', async () => {
    const signature = await asc(good, alice);
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': signature,
      '1.0/bob/all.SHA256SUMS': good,
      '1.0/bob/all.SHA256SUMS.asc': signature,
    });
    expect(verdict(found)).toMatchObject({ accepted: false });
  });

  it('attack 6: good keys that no signer has do not count', async () => {
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': await asc(good, alice),
      '1.0/bob/all.SHA256SUMS': good,
      '1.0/bob/all.SHA256SUMS.asc': await asc(good, mallory),
    });
    expect(verdict(found)).toMatchObject({
      accepted: false,
      notCounted: [{ reason: 'not-in-roster', key: keyOf(mallory) }],
    });
  });

  it('attack 7: a list whose signature was taken away is shown and does not count', async () => {
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': await asc(good, alice),
      '1.0/bob/all.SHA256SUMS': good,
      '1.0/eve/all.SHA256SUMS.asc': await asc(good, bob),
    });
    expect(found.votes.map(({ vote }) => vote.reason)).toEqual([
      undefined,
      'bob: the list is not signed',
      'eve: it is a signature of a list that is not there',
    ]);
    expect(verdict(found)).toMatchObject({ accepted: false, notCounted: [{}, {}] });
  });

  it('attack 31: a key that is only named signs nothing', async () => {
    const found = await read({
      '1.0/alice/all.SHA256SUMS': good,
      '1.0/alice/all.SHA256SUMS.asc': await asc(good, alice),
      '1.0/bob/all.SHA256SUMS': good,
      '1.0/bob/all.SHA256SUMS.asc': await asc(evil, bob),
    });
    expect(states(found)).toEqual(['valid', 'bad']);
    expect(verdict(found)).toMatchObject({ accepted: false });
  });

  it('that name one file twice are contradictions of their signer', async () => {
    const twice = `${good}${sha256Hex('other')}  a.tar.gz\n`;
    const found = await read({
      '1.0/alice/all.SHA256SUMS': twice,
      '1.0/alice/all.SHA256SUMS.asc': await asc(twice, alice),
      '1.0/bob/all.SHA256SUMS': twice,
      '1.0/bob/all.SHA256SUMS.asc': await asc(twice, bob),
    });
    const judged = verdict(found);
    expect(judged.definitions[0]?.artifacts[0]).toMatchObject({ reason: 'contested' });
    expect(judged.equivocations).toHaveLength(2);
  });

  it.each([
    ['a web page', '<!DOCTYPE html><title>404</title>', 'a web page, saved in place'],
    ['nothing', '', 'the list is empty'],
    ['a path that leads out', `${sha256Hex('a')}  ../../etc/passwd\n`, 'has a ".." part'],
    ['half a digest', 'abc  a\n', 'line 1 is not a sha256 sum and a name'],
    ['bytes that are no text', `${sha256Hex('a')}  \u00ff\n`, undefined],
  ])('that hold %s are malformed', async (_, list, reason) => {
    const bytes = reason === undefined ? Buffer.from(list, 'latin1') : Buffer.from(list);
    using folder = testFolder();
    folder.write('1.0/alice/all.SHA256SUMS', bytes);
    folder.write('1.0/alice/all.SHA256SUMS.asc', await signedBy(bytes, alice));
    const { budget: __, ...context } = await contextOf([alice]);
    const [found] = (await readVotes(folder.path, context)).votes;
    expect(found?.vote).toMatchObject({ signature: 'malformed', artifacts: [] });
    expect(found?.vote.reason).toContain(reason ?? 'the list is not UTF-8');
  });
});

describe('other lists', () => {
  it('have one signature file for each builder', async () => {
    const found = await read({
      '13.0/sha256sums-unsigned-build.txt': good,
      '13.0/sha256sums-unsigned-build.txt.asc': await asc(good, mallory),
      '13.0/sha256sums-unsigned-build.txt-alice.asc': await asc(good, alice),
      '13.0/sha256sums-unsigned-build.txt-bob.asc': await asc(good, bob),
    });
    expect(found.votes.map(({ vote }) => vote.build.target)).toEqual(Array(3).fill('unsigned'));
    expect(verdict(found)).toMatchObject({ accepted: true });
  });

  it('may be clear-signed', async () => {
    const { createCleartextMessage, sign } = await import('openpgp');
    const message = await createCleartextMessage({ text: good.trimEnd() });
    const text = String(
      await sign({ message, signingKeys: alice, date: new Date((now - 86_400) * 1000) }),
    );
    const found = await read({ '2.0/SHA256SUMS.asc': text });
    expect(found.votes[0]?.vote).toMatchObject({ signature: 'valid', key: keyOf(alice) });
    const changed = await read({ '2.0/SHA256SUMS.asc': text.replace('b.zip', 'c.zip') });
    expect(states(changed)).toEqual(['bad']);
  });
});

describe('keys', () => {
  it('attack 26: are never taken from the folder that is judged', async () => {
    using folder = testFolder();
    const ring = folder.write('sigs/keys/mallory.gpg', mallory.toPublic().armor());
    const judged = join(folder.path, 'sigs');
    for (const path of [ring, join(judged, 'keys'), judged]) {
      await expect(readKeyrings([path], judged)).rejects.toMatchObject({ code: 'KEYRING_INSIDE' });
    }
    symlinkSync(ring, join(folder.path, 'link.gpg'));
    await expect(readKeyrings([join(folder.path, 'link.gpg')], judged)).rejects.toMatchObject({
      code: 'KEYRING_INSIDE',
    });
    folder.write('sigs/1.0/mallory/all.SHA256SUMS', good);
    folder.write('sigs/1.0/mallory/all.SHA256SUMS.asc', await signedBy(good, mallory));
    const { budget: _, ...context } = await contextOf([]);
    expect(states(await readVotes(judged, context))).toEqual(['unknown-key']);
  });

  it('are read from files and folders; what holds none is an error, or told', async () => {
    using folder = testFolder();
    folder.write('keys/alice.gpg', alice.toPublic().armor());
    folder.write('keys/bad.gpg', '<html>');
    folder.write('keys/README.md', 'x');
    const bad = folder.write('bad.asc', 'x');
    const sigs = join(folder.path, 'sigs');
    const found = await readKeyrings([join(folder.path, 'keys')], sigs);
    expect(found.certificates.fingerprints).toEqual([alice.getFingerprint()]);
    expect(found.unreadable).toEqual([join(folder.path, 'keys/bad.gpg')]);
    folder.write('empty/README.md', 'x');
    const code = async (path: string) =>
      await readKeyrings([path], sigs).then(
        () => 'read',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await code(bad)).toBe('KEYRING_INVALID');
    expect(await code(join(folder.path, 'empty'))).toBe('KEYRING_INVALID');
    expect(await code(join(folder.path, 'nowhere'))).toBe('KEYRING_NOT_FOUND');
    await expect(readTrustedRoot(bad)).rejects.toMatchObject({ code: 'TRUSTED_ROOT_INVALID' });
  });
});

describe('folders', () => {
  it('are read within bounds, or not at all', async () => {
    using folder = testFolder();
    for (const name of ['a', 'b', 'c']) folder.write(`deep/er/${name}/all.SHA256SUMS`, good);
    const { budget: _, ...context } = await contextOf([]);
    for (const limits of [{ files: 2 }, { totalBytes: 200 }, { depth: 2 }]) {
      await expect(
        readVotes(folder.path, { ...context, limits: { ...readingLimits, ...limits } }),
      ).rejects.toMatchObject({ code: 'ATTESTATION_LIMIT' });
    }
    const limits = { ...readingLimits, fileBytes: 10 };
    const { unusable, votes } = await readVotes(folder.path, { ...context, limits });
    expect(votes).toEqual([]);
    expect(unusable).toHaveLength(3);
  });

  it('are read without following links, and tell what nobody knows', async () => {
    using folder = testFolder();
    folder.write('1.0/README.md', 'x');
    folder.write('.git/1.0/alice/all.SHA256SUMS', good);
    symlinkSync('/etc/passwd', join(folder.path, '1.0/SHA256SUMS'));
    const { budget: _, ...context } = await contextOf([]);
    const found = await readVotes(folder.path, context);
    expect(found).toMatchObject({
      votes: [],
      others: ['1.0/README.md'],
      unusable: [{ path: '1.0/SHA256SUMS', reason: 'not a regular file' }],
    });
  });

  it('give the same whichever of them is named', async () => {
    using folder = testFolder();
    folder.write('p.sigs/1.0/alice/all.SHA256SUMS', good);
    folder.write('p.sigs/1.0/alice/all.SHA256SUMS.asc', await signedBy(good, alice));
    const { budget: _, ...context } = await contextOf([alice]);
    const read = async (path: string): Promise<readonly Vote[]> =>
      (await readVotes(join(folder.path, path), context)).votes.map(({ vote }) => vote);
    const whole = await read('p.sigs');
    expect(whole[0]?.build).toEqual({ project: 'p', version: '1.0', target: 'all' });
    expect(await read('p.sigs/1.0')).toEqual(whole);
    expect(await read('p.sigs/1.0/alice')).toEqual(whole);
    expect(await read('nowhere')).toEqual([]);
  });
});
