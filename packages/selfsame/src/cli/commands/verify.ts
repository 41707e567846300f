import { join, resolve } from 'node:path';
import {
  buildKey,
  chooseBuilds,
  expectations,
  isSame,
  type FindWorkspace,
} from '../choose-builds.js';
import type { Command } from '../command.js';
import { all, one } from '../option-values.js';
import { findResultsInStore, type FindResults } from './sign.js';

/** The command over ways to look around; tests hand in their own. */
export function createVerifyCommand(
  findWorkspace: FindWorkspace,
  findResults: FindResults,
): Command {
  return {
    name: 'verify',
    summary: 'judge signed results by a policy',
    description:
      'Reads the attestations folder and says, for each artifact, whether enough signers of the policy ' +
      'got the same bits from the same build definition. Reads claims, and what people sign with other programs: ' +
      'guix.sigs, gitian.sigs, signed SHA256SUMS, .buildinfo files, in-toto links, sigstore bundles ' +
      '(docs/other-tools.md). Works offline and starts no other program. ' +
      'Exit code 0: all accepted; 1: something is refused, also when there are no claims; 2: no valid policy. ' +
      'Under a policy of mode observe or warn, refusals are reported and the exit code is 0.',
    arguments: [
      {
        syntax: '[projects...]',
        description:
          'projects, or project@target, at the version of their recipe (default: every build in the folder)',
        complete: 'projects',
      },
    ],
    options: [
      { flags: '--target <target>', description: 'only this target' },
      {
        flags: '--policy <file>',
        description: 'the policy (default: policy.yaml in the workspace)',
      },
      {
        flags: '--attestations <dir>',
        description: 'attestations folder (default: attestations/ in the workspace)',
      },
      {
        flags: '--keyring <path>',
        description:
          'OpenPGP certificates of signers: a file, or a folder of them outside the attestations; besides those of `keyrings` in the settings',
        repeatable: true,
      },
      {
        flags: '--project <name>',
        description:
          'what the folder is about, for formats that do not say it (default: a folder name)',
      },
      {
        flags: '--trusted-root <file>',
        description: "sigstore's trusted_root.json, for identities that it vouches for",
      },
      {
        flags: '--log <dir>',
        description:
          'a copy of a log, for policies that want everything that it lists; may be repeated',
        repeatable: true,
      },
      {
        flags: '--expect <digest>',
        description: 'only claims on this build id count; others are reported apart',
      },
      {
        flags: '--built',
        description: 'expect the build ids of what this workspace describes, which must be built',
      },
      {
        flags: '--at <time>',
        description:
          'judge keys, exceptions and rosters as of then: 2027-03-01 or 2027-03-01T12:00:00Z (default: now)',
      },
      {
        flags: '--file <file>',
        description: 'say whether exactly the bytes of this file are accepted; may be repeated',
        repeatable: true,
      },
    ],
    examples: [
      { command: 'selfsame verify', does: 'judge everything in attestations/ by policy.yaml' },
      {
        command: 'selfsame verify pigz --file pigz-2.8.tar.gz',
        does: 'say whether a file you downloaded is what the signers got',
      },
      {
        command: 'selfsame verify --policy mine.yaml --attestations ~/collected',
        does: 'judge claims collected elsewhere by your own policy',
      },
      {
        command:
          'selfsame verify --attestations guix.sigs/30.0 --keyring guix.sigs/builder-keys --policy mine.yaml',
        does: 'judge what the signers of a release signed with gpg',
      },
    ],
    async run(args, options, context) {
      const { timeOf } = await import('../judgement-time.js');
      const { readPolicyFile, POLICY_FILE_NAME } = await import('../../record/policy-file.js');
      const { judgeBuild } = await import('../../record/judge-builds.js');
      const { readForeignVotes } = await import('../foreign-votes.js');
      const { judgeFiles } = await import('../judge-files.js');
      const { judgeWithLogs } = await import('../judge-with-logs.js');
      const { verdictData, verdictText } = await import('../verdict-report.js');
      const workspace = await findWorkspace(context);
      const root = workspace?.root ?? context.cwd;
      const policyName = one(options, 'policy') ?? join(root, POLICY_FILE_NAME);
      const at = timeOf(one(options, 'at'));
      const policyFile = readPolicyFile(
        resolve(context.cwd, policyName),
        shorter(context.cwd, resolve(context.cwd, policyName)),
        at,
      );
      const folder = resolve(
        context.cwd,
        one(options, 'attestations') ?? join(root, 'attestations'),
      );
      const foreign = await readForeignVotes(folder, policyFile.policy, at, options, context);
      const chosen = await chooseBuilds(args, options, folder, workspace, foreign);
      const questions = await expectations(args, options, chosen.builds, context, findResults);
      const copies = [];
      for (const directory of all(options, 'log')) {
        const { readLogCopy } = await import('../../log/log-copy.js');
        copies.push(await readLogCopy(resolve(context.cwd, directory), policyFile.policy.log));
      }
      const { policy } = policyFile;
      const { judgements, logs } = await judgeWithLogs(
        questions,
        policy,
        copies,
        async ({ build, expected, known }, whole) => {
          context.signal.throwIfAborted();
          const { votes = [] } = foreign.builds.find((one) => isSame(one.build, build)) ?? {};
          return await judgeBuild(folder, policy, build, expected, known, at, votes, whole);
        },
      );
      const files = await judgeFiles(all(options, 'file'), judgements, context);
      const judged = new Set(judgements.map(({ build }) => buildKey(build)));
      const report = {
        policyFile,
        folder,
        judgements,
        ...(logs && { logs }),
        files,
        unusable: [...chosen.unusable, ...foreign.unusable],
        notJudged: foreign.builds.filter(({ build }) => !judged.has(buildKey(build))),
        notes: foreign.notes,
        others: foreign.others,
      };
      const data = verdictData(report);
      return {
        exitCode: data.accepted || policyFile.policy.mode !== 'enforce' ? 0 : 1,
        data,
        text: context.json ? [] : verdictText(report, context.style, context.columns),
      };
    },
  };
}

function shorter(cwd: string, path: string): string {
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

export const verifyCommand: Command = createVerifyCommand(async (context) => {
  const { findWorkspaceRoot } = await import('../../workspace/find-root.js');
  // Outside of a workspace nothing of what reads recipes is loaded.
  if (findWorkspaceRoot(context.cwd) === undefined) return undefined;
  const { buildNames, findWorkspace } = await import('../find-workspace.js');
  const workspace = findWorkspace(context.cwd);
  return (
    workspace && {
      root: workspace.root,
      builds: (project, target) => buildNames(workspace, project, target),
    }
  );
}, findResultsInStore);
