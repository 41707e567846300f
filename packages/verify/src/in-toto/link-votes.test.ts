import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeHex } from '../encoding/hex.js';
import { olpcJsonBytes } from '../json/canonical.js';
import { formatMetablock, newPair, signMetablock, testLink } from '../testing/in-toto.js';
import { testKey } from '../testing/sign.js';
import { inTotoKeyIds } from './key-ids.js';
import { linkVotes } from './link-votes.js';
import { parseMetablock } from './metablock.js';

describe('rebuilderd attestations', () => {
  const [daemon, worker] = [testKey('daemon'), testKey('worker')];
  const known = daemon.publicKey;
  const name = 'rebuild librust-as-slice-dev_0.2.1-1+b2_amd64.deb';
  const attestation = {
    ...testLink(
      name,
      { 'x.buildinfo': 'info' },
      { 'librust-as-slice-dev_0.2.1-1+b2_amd64.deb': 'deb' },
    ),
    // As rebuilderd writes it.
    environment: null,
  };
  const file = formatMetablock(signMetablock(attestation, [worker, daemon]));

  it('are one vote for each signature', () => {
    const votes = linkVotes(parseMetablock(file), [known]);
    expect(votes.map(({ key, signature }) => [key, signature])).toEqual([
      [undefined, 'unknown-key'],
      [known.id, 'valid'],
    ]);
    expect(votes[1]).toMatchObject({
      format: 'in-toto link',
      build: { project: 'librust-as-slice-dev', version: '0.2.1-1+b2', target: 'amd64' },
      outcome: 'reproduced',
      artifacts: [{ path: 'librust-as-slice-dev_0.2.1-1+b2_amd64.deb' }],
      attributes: { builder_software: 'rebuilderd' },
    });
    expect(votes[1]?.inputs).toMatch(/^[0-9a-f]{64}$/);
    expect(votes[0]?.evidence).toBe(votes[1]?.evidence);
  });

  it('that Arch Linux rebuilders make say nothing of what was built from', () => {
    const files = { 'filesystem-1-1-any.pkg.tar.zst': 'x' };
    const arch = testLink('rebuild filesystem-1-1-any.pkg.tar.zst', files, files);
    expect(linkVotes(signMetablock(arch, [daemon]), [known])).toMatchObject([
      {
        signature: 'valid',
        inputs: undefined,
        build: { project: 'filesystem-1-1-any.pkg.tar.zst' },
      },
    ]);
  });

  it('that were altered are bad, whoever they name', () => {
    const altered = file.replace(
      encodeHex(Buffer.from(worker.sign(olpcJsonBytes(attestation)))),
      'ab'.repeat(64),
    );
    expect(linkVotes(parseMetablock(altered), [known]).map(({ signature }) => signature)).toEqual([
      'unknown-key',
      'valid',
    ]);
    const changed = file.replace('amd64.deb"', 'i386.deb"');
    expect(linkVotes(parseMetablock(changed), [known]).map(({ signature }) => signature)).toEqual([
      'unknown-key',
      'bad',
    ]);
  });

  it('attack 25: with many signatures that no key explains do not take all the time', () => {
    const block = parseMetablock(file);
    const [junk, good] = block.signatures;
    if (junk === undefined || good === undefined) expect.unreachable();
    const noisy = formatMetablock({
      ...block,
      signatures: [...Array<typeof junk>(99).fill(junk), good],
    });
    const states = linkVotes(parseMetablock(noisy), [known], { remaining: 10 }).map(
      ({ signature }) => signature,
    );
    expect(states.filter((state) => state === 'unknown-key')).toHaveLength(10);
    expect(states.filter((state) => state === 'unchecked')).toHaveLength(89);
    expect(states.at(-1)).toBe('valid');
  });

  it('by a key that is known under another name count', () => {
    const block = signMetablock(attestation, [daemon]);
    const signatures = block.signatures.map((one) => ({ ...one, keyId: 'another name' }));
    expect(linkVotes({ ...block, signatures }, [worker.publicKey, known])).toMatchObject([
      { key: known.id, signature: 'valid' },
    ]);
  });

  it('by OpenPGP keys are for others to judge', () => {
    const block = parseMetablock(file);
    const [one] = block.signatures;
    if (one === undefined) expect.unreachable();
    const signatures = [{ ...one, openPgp: { headers: Uint8Array.of(4) } }];
    expect(linkVotes({ ...block, signatures }, [known])).toMatchObject([
      { key: undefined, signature: 'unchecked' },
    ]);
  });
});

describe('links by others', () => {
  const key = testKey('a');
  const voteOn = (name: string, materials: Readonly<Record<string, string>> = {}) => {
    const [vote] = linkVotes(signMetablock(testLink(name, materials, { x: '1' }), [key]), [
      key.publicKey,
    ]);
    if (vote === undefined) expect.unreachable();
    return vote;
  };

  it('say what was built, and nothing of rebuilders', () => {
    const vote = voteOn('build');
    expect(vote).toMatchObject({ outcome: 'built', build: { project: 'build', version: '' } });
    expect(vote).not.toHaveProperty('attributes');
  });

  it.each([
    ['a_1_all.deb', { project: 'a', version: '1', target: 'all' }],
    ['a_1_all.udeb', { project: 'a', version: '1', target: 'all' }],
    ['a_1_2_all.deb', { project: 'a_1_2_all.deb', version: '', target: '' }],
    ['_1_all.deb', { project: '_1_all.deb', version: '', target: '' }],
    ['_a_1_all.deb', { project: '_a_1_all.deb', version: '', target: '' }],
    ['a_1_all.deb.asc', { project: 'a_1_all.deb.asc', version: '', target: '' }],
    ['of a_1_all.tar', { project: 'of a_1_all.tar', version: '', target: '' }],
  ])('are of the build that %s says', (name, build) => {
    expect(voteOn(name).build).toEqual(build);
    expect(voteOn(`rebuild ${name}`).build).toEqual(build);
  });

  it('without materials, or with those alone that have no sha256, do not say from what', () => {
    expect(voteOn('build').inputs).toBeUndefined();
    const sha512 = { y: { sha512: 'ab'.repeat(64) } };
    const link = { ...testLink('build', {}, { x: '1' }), materials: sha512 };
    const [vote] = linkVotes(signMetablock(link, [key]), [key.publicKey]);
    expect(vote).toMatchObject({ signature: 'valid', inputs: undefined });
    expect(voteOn('build', { y: '1' }).inputs).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are votes on the files that have a sha256', () => {
    const link = {
      ...testLink('build', {}, { x: '1' }),
      products: { a: { sha512: 'ab'.repeat(64) }, x: { sha256: 'cd'.repeat(32) } },
    };
    const [vote] = linkVotes(signMetablock(link, [key]), [key.publicKey]);
    expect(vote?.artifacts).toEqual([{ path: 'x', sha256: 'cd'.repeat(32) }]);
  });

  it('by P-256 and RSA keys count in the schemes that in-toto gives them', () => {
    const link = testLink('build', {}, { x: '1' });
    const payload = olpcJsonBytes(link);
    for (const kind of ['ecdsa-p256', 'rsa'] as const) {
      const { privateKey, publicKey } = newPair(kind);
      const [keyId] = inTotoKeyIds(publicKey);
      const pss = { key: privateKey, padding: 6, saltLength: 32 };
      const stateOf = (value: Uint8Array) =>
        linkVotes({ signed: link, payload, signatures: [{ keyId, value }] }, [publicKey])[0]
          ?.signature;
      expect(stateOf(sign('sha256', payload, kind === 'rsa' ? pss : privateKey))).toBe('valid');
      if (kind === 'rsa') expect(stateOf(sign('sha256', payload, privateKey))).toBe('bad');
    }
  });
});
