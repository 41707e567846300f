import { resolve } from 'node:path';
import type { Finding } from '../../log/monitor.js';
import { printable } from '../../text/printable.js';
import type { Command } from '../command.js';
import {
  attestationsOption,
  logKeyOf,
  logKeyOption,
  policyOption,
  readFolder,
} from '../log-options.js';
import { all, one } from '../option-values.js';

export const logMonitorCommand: Command = {
  name: 'log monitor',
  summary: 'look for what is wrong in a log',
  description:
    'Reads the whole log and finds: one key that signed two results for the same inputs; uses of your keys that are ' +
    'not among your own claims (--own, --attestations); files in use that were never logged (--installed); and two ' +
    'histories of the log (--state, --seen). Exit code 1 when anything is found.',
  arguments: [{ syntax: '<dir>', description: "the log's directory", complete: 'files' }],
  options: [
    logKeyOption,
    policyOption,
    {
      flags: '--own <file>',
      description:
        'public key of yours: whatever it signed must be in your attestations folder; may be repeated',
      repeatable: true,
    },
    attestationsOption,
    {
      flags: '--installed <file>',
      description: 'list of files in use, as sha256sum writes it',
    },
    { flags: '--state <file>', description: 'remembers the last checkpoint for the next time' },
    {
      flags: '--seen <file>',
      description: 'a checkpoint or proof of this log from somebody else; may be repeated',
      repeatable: true,
    },
  ],
  examples: [
    {
      command:
        'selfsame log monitor /srv/log --log log.example.org/claims+5e1ac9f3+AdW… --state ~/.log-seen',
      does: 'look for contradictions and rewritten history',
    },
    {
      command:
        'selfsame log monitor /srv/log --log log.example.org/claims+5e1ac9f3+AdW… --own alice.pub --attestations mine',
      does: 'find claims that your key signed without you',
    },
  ],
  async run([directory = ''], options, context) {
    const { formatNote, policyKeys } = await import('@selfsame/verify');
    const { POLICY_FILE_NAME } = await import('../../record/policy-file.js');
    const { existsSync } = await import('node:fs');
    const { loadPolicy } = await import('../load-policy.js');
    const { watchLog } = await import('../../log/monitor.js');
    const { readInstalled, readOwnKeys, readSeen, signedPayloads } =
      await import('../../log/watch-files.js');
    const { readState } = await import('../../log/witness-memory.js');
    const { writeDurably } = await import('../../log/write-file.js');
    const log = await logKeyOf(options);
    const path = (name: string) => resolve(context.cwd, name);
    const named = one(options, 'policy');
    const hasPolicy = named !== undefined || existsSync(path(POLICY_FILE_NAME));
    const policy = hasPolicy ? await loadPolicy(named, undefined, context) : undefined;
    const ownKeys = readOwnKeys(all(options, 'own').map(path));
    const { envelopes } =
      ownKeys.length === 0 ? { envelopes: [] } : await readFolder(options, context);
    const state = one(options, 'state');
    const last = state === undefined ? undefined : await readState(path(state));
    const seen = await readSeen(all(options, 'seen').map(path));
    const { head, findings } = await watchLog(path(directory), log, {
      seen: [...(last === undefined ? [] : [last]), ...seen],
      own: ownKeys.map((key) => ({ key, payloads: signedPayloads(envelopes, key) })),
      keys: policy === undefined ? [] : policyKeys(policy.policyFile.policy),
      installed: readInstalled(one(options, 'installed'), path),
    });
    // A rewritten log must not become what is remembered.
    if (state !== undefined && !findings.some(({ kind }) => kind === 'split-view')) {
      writeDurably(path(state), formatNote(head.note));
    }
    const { size } = head.checkpoint;
    const ok = `${log.name}: ${size} entries, nothing wrong was found`;
    return {
      exitCode: findings.length === 0 ? 0 : 1,
      data: { log: log.name, size, findings },
      text:
        findings.length === 0
          ? [context.style.green(ok)]
          : findings.flatMap((one) => findingText(one).map((line) => context.style.red(line))),
    };
  },
};

function findingText(finding: Finding): readonly string[] {
  switch (finding.kind) {
    case 'equivocation': {
      const { key, path, build, results } = finding;
      const name = `${build.project} ${build.version} (${build.target})`;
      const digests = results
        .map(({ sha256, index }) => `${sha256} (entry ${index})`)
        .join(' and ');
      return [
        printable(`key ${key.slice(0, 12)} signed two results for ${path} of ${name}: ${digests}`),
      ];
    }
    case 'not-ours': {
      const { key, index, payload, build } = finding;
      const name = `${build.project} ${build.version} (${build.target})`;
      return [
        printable(
          `key ${key.slice(0, 12)} signed a claim that is not yours: entry ${index}, ${name}, claim ${payload}`,
        ),
      ];
    }
    case 'never-logged':
      return [printable(`never logged: ${finding.file} (sha256 ${finding.sha256})`)];
    case 'bad-entry':
      return [printable(`entry ${finding.index} can not be believed: ${finding.why}`)];
    case 'split-view':
      return [
        printable(finding.why),
        ...finding.checkpoints.flatMap((note) => [
          '',
          ...note.trimEnd().split('\n').map(printable),
        ]),
      ];
  }
}
