import { resolve } from 'node:path';
import type { BuildName } from '@selfsame/verify';
import { count } from '../../text/count.js';
import type { Command } from '../command.js';
import { attestationsOption } from '../log-options.js';
import { all, one } from '../option-values.js';

export const evidencePackCommand: Command = {
  name: 'evidence pack',
  summary: 'put everything a verdict needs into one file',
  description:
    'Packs policy, roster, claims, build definitions, log proofs and, with --log, whole logs into one file that can ' +
    'be verified anywhere, without network: by `selfsame evidence verify`, or in a browser (`selfsame evidence page`). ' +
    'Nothing is left out because it does not verify. What others sign in formats of their own is not packed, and said so.',
  arguments: [
    {
      syntax: '[projects...]',
      description: 'projects, or project@target (default: every build in the folder)',
      complete: 'projects',
    },
  ],
  options: [
    { flags: '--policy <file>', description: 'the policy (default: policy.yaml in the workspace)' },
    attestationsOption,
    {
      flags: '--log <dir>',
      description: 'a copy of a log, for policies that want all that it lists; may be repeated',
      repeatable: true,
    },
    { flags: '--out <file>', description: 'where to write (default: evidence.json)' },
  ],
  examples: [
    {
      command: 'selfsame evidence pack pigz --out pigz.evidence.json',
      does: 'pack what is known of pigz',
    },
  ],
  async run(args, options, context) {
    const { join } = await import('node:path');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { loadPolicy } = await import('../load-policy.js');
    const { findWorkspace } = await import('../find-workspace.js');
    const { listBuilds } = await import('../../record/attestation-folder.js');
    const { packEvidence } = await import('../../evidence/pack-evidence.js');
    const { readLogCopy } = await import('../../log/log-copy.js');
    const { readForeignVotes } = await import('../foreign-votes.js');
    const { filesWords } = await import('../verdict-notes.js');
    const { timeOf } = await import('../judgement-time.js');
    const { writeDurably } = await import('../../log/write-file.js');
    const { policyFile, name } = await loadPolicy(one(options, 'policy'), undefined, context);
    const { policy } = policyFile;
    const root = findWorkspace(context.cwd)?.root ?? context.cwd;
    const folder = resolve(context.cwd, one(options, 'attestations') ?? join(root, 'attestations'));
    const { builds: present } = await listBuilds(folder);
    const builds = present.filter(
      (build) => args.length === 0 || args.some((word) => isNamed(build, word)),
    );
    if (builds.length === 0) {
      throw new SelfsameError('WRONG_USE', `there is nothing to pack in ${folder}`, {
        hint: 'name builds that the folder has, or another folder with --attestations DIR',
      });
    }
    const logs = [];
    for (const directory of all(options, 'log')) {
      logs.push(await readLogCopy(resolve(context.cwd, directory), policy.log));
    }
    const packed = await packEvidence({
      policyPath: resolve(context.cwd, name),
      policy,
      folder,
      builds,
      logs,
    });
    const { builds: foreign } = await readForeignVotes(
      folder,
      policy,
      timeOf(undefined),
      {},
      context,
    );
    const notPacked = [...new Set(foreign.flatMap(({ files }) => files))].sort();
    const out = one(options, 'out') ?? 'evidence.json';
    writeDurably(resolve(context.cwd, out), packed.text);
    const { text, ...facts } = packed;
    return {
      exitCode: 0,
      data: {
        file: out,
        bytes: Buffer.byteLength(text),
        builds: builds.length,
        ...facts,
        notPacked,
      },
      text: [
        `${out}: ${count(builds.length, 'build')}, ${count(packed.attestations, 'attestation')}, ${count(packed.proofs, 'log proof')}`,
        `policy ${packed.policyDigest}`,
        ...(notPacked.length === 0
          ? []
          : [
              context.style.yellow(
                `not packed: ${filesWords(notPacked)}: evidence files hold claims of selfsame, and no other formats`,
              ),
            ]),
      ],
    };
  },
};

function isNamed({ project, target }: BuildName, word: string): boolean {
  return word === project || word === `${project}@${target}`;
}
