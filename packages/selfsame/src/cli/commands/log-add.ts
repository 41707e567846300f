import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { attestationsOption, keyOf, keyOption, policyOption, readFolder } from '../log-options.js';
import { one } from '../option-values.js';

export const logAddCommand: Command = {
  name: 'log add',
  summary: 'add signed claims to a log',
  description:
    'Adds every claim in the attestations folder that a signer of the policy signed and that the log does not hold ' +
    'yet; each signature is checked before. Then signs the new checkpoint, which witnesses have to cosign again.',
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [attestationsOption, policyOption, keyOption],
  examples: [{ command: 'selfsame log add /srv/log', does: 'log what is in attestations/' }],
  async run([directory = ''], options, context) {
    const { loadPolicy } = await import('../load-policy.js');
    const { appendClaims } = await import('../../log/append.js');
    const { loggableClaims } = await import('../../log/loggable.js');
    const key = await keyOf(options, context);
    const { policyFile } = await loadPolicy(one(options, 'policy'), undefined, context);
    const { envelopes } = await readFolder(options, context);
    const claims = loggableClaims(envelopes, policyFile.policy);
    const path = resolve(context.cwd, directory);
    const { size, added } = await appendClaims(path, key, claims, context.signal);
    const what = added === 1 ? 'one entry' : `${added} entries`;
    return {
      exitCode: 0,
      data: { size, added },
      text: [`added ${what}; the log has ${size} now`],
    };
  },
};
