import { join, resolve } from 'node:path';
import type { Command } from '../command.js';
import {
  attestationsOption,
  logKeyOf,
  logKeyOption,
  policyOption,
  readFolder,
} from '../log-options.js';
import { one } from '../option-values.js';

export const logProveCommand: Command = {
  name: 'log prove',
  summary: 'write proofs that claims are in a log',
  description:
    'Puts a .tlog-proof file beside each claim in the attestations folder that the log holds: with the checkpoint ' +
    'as it is now, so let witnesses cosign first. `selfsame verify` reads them, offline. Exit code 1 when a claim ' +
    'of a signer of the policy is not in the log.',
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [logKeyOption, attestationsOption, policyOption],
  examples: [
    {
      command: 'selfsame log prove /srv/log --log log.example.org/claims+5e1ac9f3+AdW…',
      does: 'prove what is in attestations/',
    },
  ],
  async run([directory = ''], options, context) {
    const { formatTlogProof } = await import('../../signing/note.js');
    const { loadPolicy } = await import('../load-policy.js');
    const { proveEntries } = await import('../../log/prove.js');
    const { loggableClaims } = await import('../../log/loggable.js');
    const { proofPath } = await import('../../record/attestation-path.js');
    const { writeDurably } = await import('../../log/write-file.js');
    const log = await logKeyOf(options);
    const { policyFile } = await loadPolicy(one(options, 'policy'), undefined, context);
    const { folder, envelopes } = await readFolder(options, context);
    const entries = loggableClaims(envelopes, policyFile.policy).map(({ entry }) => entry);
    const proofs = await proveEntries(resolve(context.cwd, directory), log, entries);
    const written: string[] = [];
    const missing: { readonly payload: string; readonly key: string }[] = [];
    entries.forEach(({ build, payload, key }, index) => {
      const proof = proofs[index];
      if (proof === undefined) {
        missing.push({ payload, key });
        return;
      }
      const path = proofPath(build, payload, key, log.name);
      writeDurably(join(folder, path), formatTlogProof(proof));
      written.push(path);
    });
    return {
      exitCode: missing.length === 0 ? 0 : 1,
      data: { folder, written, missing },
      text: [
        `wrote ${written.length} proofs below ${folder}`,
        ...missing.map(({ payload, key }) =>
          context.style.red(
            `not in the log: claim ${payload.slice(0, 12)} by key ${key.slice(0, 12)}`,
          ),
        ),
      ],
    };
  },
};
