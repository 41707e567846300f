import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeVotes, parsePolicy, VerifyError } from '@selfsame/verify';
import type { Policy } from '@selfsame/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificates } from './openpgp/certificates.js';
import type { Certificates } from './openpgp/certificates.js';
import { readVotes } from './read-votes.js';
import type { ReadVotes } from './read-votes.js';
import { corpora } from './testing.js';

/** 2025-11-01: some weeks after release 30.0. */
const at = 1_762_000_000;
const keyFolder = join(corpora, 'guix.sigs/builder-keys');
const isHere = existsSync(keyFolder);

describe.runIf(isHere)(
  `real attestations of many signers (skipped unless they are at ${corpora})`,
  () => {
    let certificates: Certificates;
    let owners: Map<string, string[]>;
    const found = new Map<string, ReadVotes>();

    beforeAll(async () => {
      const names = readdirSync(keyFolder);
      const contents = names.map((name) => readFileSync(join(keyFolder, name)));
      ({ certificates } = await readCertificates(contents));
      owners = new Map();
      for (const [index, name] of names.entries()) {
        const one = await readCertificates([contents[index] ?? Buffer.alloc(0)]);
        for (const fingerprint of one.certificates.fingerprints) {
          owners.set(fingerprint, [...(owners.get(fingerprint) ?? []), name.replace(/\.gpg$/, '')]);
        }
      }
    });

    async function read(folder: string): Promise<ReadVotes> {
      let votes = found.get(folder);
      votes ??= await readVotes(join(corpora, folder), {
        project: 'bitcoin',
        certificates,
        trustedRoot: undefined,
        at,
      });
      found.set(folder, votes);
      return votes;
    }

    const policyOf = (more: object = {}): Policy =>
      parsePolicy({
        threshold: 3,
        signers: Object.fromEntries(
          [...owners].map(([fingerprint, [name = '']]) => [name, `openpgp:${fingerprint}`]),
        ),
        ...more,
      });

    async function judge(folder: string, target: string, more: object = {}) {
      const votes = (await read(folder)).votes.map(({ vote }) => vote);
      const version = votes.find(({ build }) => build.target === target)?.build.version ?? '';
      const build = { project: 'bitcoin', version, target };
      const about = votes.filter((vote) => JSON.stringify(vote.build) === JSON.stringify(build));
      return judgeVotes(about, policyOf(more), { build, at });
    }

    it('accept 30.0, by all whose keys are good then', async () => {
      const { accepted, definitions } = await judge('guix.sigs/30.0', 'all');
      expect(accepted).toBe(true);
      expect(definitions[0]?.artifacts).toHaveLength(28);
      expect(definitions[0]?.artifacts[0]?.clusters[0]?.agree).toHaveLength(22);
    });

    it('refuse 26.0rc1 for two files that everybody got differently, and accept the others', async () => {
      const { accepted, definitions } = await judge('guix.sigs/26.0rc1', 'all');
      expect(accepted).toBe(false);
      const refused = definitions[0]?.artifacts.filter((artifact) => !artifact.accepted) ?? [];
      expect(refused.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
        'bitcoin-26.0rc1-arm64-apple-darwin.zip: mismatch',
        'bitcoin-26.0rc1-x86_64-apple-darwin.zip: mismatch',
      ]);
      expect(definitions[0]?.artifacts).toHaveLength(27);
    });

    it('find one name with two hashes in 23.0rc1, by every signer', async () => {
      const { accepted, definitions, equivocations } = await judge(
        'guix.sigs/23.0rc1',
        'noncodesigned',
      );
      expect(accepted).toBe(false);
      const contested = definitions[0]?.artifacts.filter(({ reason }) => reason === 'contested');
      expect(contested?.map(({ path }) => path)).toEqual([
        'bitcoin-23.0rc1-osx-unsigned.dmg',
        'bitcoin-23.0rc1-osx-unsigned.tar.gz',
      ]);
      expect(new Set(equivocations.map(({ signer }) => signer)).size).toBeGreaterThan(7);
    });

    it('attack 4: refuse one key as two signers', () => {
      const [fingerprint, names] = [...owners].find(([, all]) => all.length > 1) ?? ['', []];
      expect(names).toEqual(['TheCharlatan', 'sedited']);
      const signers = Object.fromEntries(names.map((name) => [name, `openpgp:${fingerprint}`]));
      expect(() => parsePolicy({ threshold: 2, signers })).toThrow(VerifyError);
    });

    it('attack 18: do not count keys that expired, or are bound with SHA-1 only', async () => {
      const { notCounted } = await judge('guix.sigs/26.0rc1', 'noncodesigned');
      const reasons = new Map(notCounted.map(({ signer, reason }) => [signer, reason]));
      expect(reasons.get('TheCharlatan')).toBe('weak');
      expect(reasons.get('darosior')).toBe('expired-now');
      expect(reasons.get(undefined)).toBe('unknown-key');
    });

    it('tell other sources apart: not a mismatch, and compared where the policy says so', async () => {
      const { definitions } = await judge('gitian.sigs/0.21.1-linux', 'bitcoin-core-linux-0.21');
      expect(definitions).toHaveLength(1);
      expect(definitions[0]).toMatchObject({ accepted: true });
    });

    it('name the page that a failed download left, and the signature without its assertion', async () => {
      const { votes } = await read('gitian.sigs/0.19.0rc1-linux');
      const reasons = votes.map(({ vote }) => vote.reason);
      expect(reasons).toContain(
        'jonasschnelli: it is a web page, saved in place of a download that failed',
      );
      expect(reasons).toContain('emzy: it is a signature of an assertion that is not there');
      expect(reasons).toContain('emzy: the assertion is not signed');
    });

    it.each(['guix.sigs', 'gitian.sigs'])('explain every file of %s', async (folder) => {
      const { votes, others, unusable } = await read(folder);
      expect(unusable).toEqual([]);
      const explained = new Set([...votes.flatMap(({ files }) => files), ...others]);
      const all = readdirSync(join(corpora, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(corpora, folder).length + 1));
      expect([...explained].sort()).toEqual(all.sort());
      expect(others.filter((file) => !file.startsWith('builder-keys/'))).toEqual([]);
      for (const { vote } of votes) {
        if (vote.signature !== 'valid') expect(vote.reason).toBeTruthy();
      }
    });
  },
);
