import { describe, expect, it } from 'vitest';
import { encodeHex } from '../encoding/hex.js';
import { olpcJsonBytes } from '../json/canonical.js';
import { formatMetablock, signMetablock, testLink } from '../testing/in-toto.js';
import { testKey } from '../testing/sign.js';
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
