import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TlogProof } from '@selfsame/verify';
import { testEvidenceFolder, testEvidenceSigners } from '../../evidence/testing.js';
import { appendClaims, initLog } from '../../log/append.js';
import { loggableClaims } from '../../log/loggable.js';
import { proveEntries } from '../../log/prove.js';
import { testLogKey, testLogPolicy, testLogRuleText, testOrigin } from '../../log/testing.js';
import { cosignLog } from '../../log/witness.js';
import { listBuilds, readBuildAttestations } from '../../record/attestation-folder.js';
import { proofPath } from '../../record/attestation-path.js';
import { temporaryDirectory, testKey } from '../../record/testing.js';
import { formatTlogProof } from '../../signing/note.js';
import { testCommandContext } from '../testing.js';
import { evidencePackCommand } from './evidence-pack.js';
import { evidenceVerifyCommand } from './evidence-verify.js';
import { createVerifyCommand } from './verify.js';

const rule = testLogRuleText('votes: required, complete: true');
const policy = testLogPolicy(testEvidenceSigners, rule);
const at = '2027-01-15T08:01:00Z';
const nothing = () => Promise.resolve({ results: [], missing: [], workspaceRoot: '/' });
const command = createVerifyCommand(() => Promise.resolve(undefined), nothing);
let scratch: ReturnType<typeof temporaryDirectory>;
let made: Awaited<ReturnType<typeof testEvidenceFolder>>;

beforeEach(async () => {
  scratch = temporaryDirectory();
  made = await testEvidenceFolder(scratch.path, { rule });
});
afterEach(() => scratch[Symbol.dispose]());

const verify = async () =>
  await command.run([], { log: ['log'], at }, testCommandContext(scratch.path));
/** Replaces the proofs of version 2.9 by those that another log gives, changed. */
async function replaceProofs(
  log: string,
  change: (proof: TlogProof) => TlogProof = (proof) => proof,
): Promise<void> {
  const { builds } = await listBuilds(made.folder);
  const build = builds.find(({ version }) => version === '2.9')!;
  const { envelopes } = await readBuildAttestations(made.folder, build);
  const entries = loggableClaims(envelopes, policy).map(({ entry }) => entry);
  const proofs = await proveEntries(log, testLogKey, entries);
  entries.forEach((entry, index) => {
    const path = proofPath(entry.build, entry.payload, entry.key, testOrigin);
    writeFileSync(join(made.folder, path), formatTlogProof(change(proofs[index]!)));
  });
}
const flipped = (proof: TlogProof): TlogProof => ({
  ...proof,
  hashes: proof.hashes.map((hash) => hash.map((byte) => byte ^ 1)),
});
/** The same claims in another order, cosigned by the same witnesses, who forgot. */
async function otherHistory(): Promise<string> {
  const log = join(scratch.path, 'other');
  await initLog(log, testOrigin, testKey('log'));
  const { builds } = await listBuilds(made.folder);
  for (const build of [...builds].reverse()) {
    const { envelopes } = await readBuildAttestations(made.folder, build);
    await appendClaims(log, testKey('log'), loggableClaims(envelopes, policy));
  }
  for (const name of ['w1', 'w2']) {
    const witness = { name, key: testKey(name), state: join(scratch.path, `${name}.other`) };
    await cosignLog(log, testLogKey, witness, 1_800_000_000);
  }
  return log;
}

describe('verify, of what is wrong with logs', () => {
  it('says nothing where nothing is', async () => {
    const { exitCode, data, text } = await verify();
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ log: { splitViews: [], problems: [] } });
    expect(text.join('\n')).not.toMatch(/histories|proves nothing/);
  });

  it('attack 28: shows a log with two histories, also when two builds show them, and takes it for whole nowhere', async () => {
    await replaceProofs(await otherHistory());
    const { exitCode, data, text } = await verify();
    expect(exitCode).toBe(1);
    expect(data).toMatchObject({
      accepted: false,
      log: {
        splitViews: [
          {
            log: testOrigin,
            checkpoints: [
              expect.stringContaining(`${testOrigin}\n6\n`),
              expect.stringContaining(`${testOrigin}\n6\n`),
            ],
          },
        ],
      },
      builds: [{ completeness: { state: 'no-list' } }, { completeness: { state: 'no-list' } }],
    });
    expect(text[0]).toBe(
      `the log ${testOrigin} signed two histories: do not trust it; --json shows both checkpoints`,
    );
  });

  it('shows proofs that prove nothing', async () => {
    await replaceProofs(made.log, flipped);
    const { exitCode, data, text } = await verify();
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ log: { problems: ['the proof leads to another root'] } });
    expect(text[0]).toBe('a log proves nothing here: the proof leads to another root');
  });

  it('is what evidence in one file shows', async () => {
    await replaceProofs(await otherHistory());
    const context = testCommandContext(scratch.path);
    await evidencePackCommand.run([], { out: 'all.json', log: ['log'] }, context);
    const options = { policy: 'policy.yaml', at };
    const found = await evidenceVerifyCommand.run(['all.json'], options, context);
    const { exitCode, data, text } = await verify();
    expect(found.exitCode).toBe(exitCode);
    expect(found.data).toMatchObject({ log: (data as { log: object }).log });
    expect(found.text[0]).toBe(text[0]);
  });
});
