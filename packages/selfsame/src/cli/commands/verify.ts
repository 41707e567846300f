import { join, resolve } from 'node:path';
import type { BuildName } from '@selfsame/verify';
import type { KnownDefinition } from '../../record/definition-differences.js';
import type { BuildJudgement, FileJudgement } from '../../record/judge-builds.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import type { ForeignBuild, ForeignVotes } from '../foreign-votes.js';
import { findResultsInStore, type FindResults } from './sign.js';

/** What the workspace around the working directory knows; undefined outside of any workspace. */
export type FindWorkspace = (context: CommandContext) => Promise<
  | {
      readonly root: string;
      /** The builds a selection means today, by recipe; undefined for a project that has no recipe. */
      builds(project: string, target: string | undefined): readonly BuildName[] | undefined;
    }
  | undefined
>;

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
      const { readPolicyFile, POLICY_FILE_NAME } = await import('../../record/policy-file.js');
      const { judgeBuild } = await import('../../record/judge-builds.js');
      const { readForeignVotes } = await import('../foreign-votes.js');
      const { judgeWithLogs } = await import('../judge-with-logs.js');
      const { verdictData, verdictText } = await import('../verdict-report.js');
      const workspace = await findWorkspace(context);
      const root = workspace?.root ?? context.cwd;
      const policyName = text(options, 'policy') ?? join(root, POLICY_FILE_NAME);
      const at = await timeOf(text(options, 'at'));
      const policyFile = readPolicyFile(
        resolve(context.cwd, policyName),
        shorter(context.cwd, resolve(context.cwd, policyName)),
        at,
      );
      const folder = resolve(
        context.cwd,
        text(options, 'attestations') ?? join(root, 'attestations'),
      );
      const foreign = await readForeignVotes(folder, policyFile.policy, at, options, context);
      const chosen = await chooseBuilds(args, options, folder, workspace, foreign);
      const questions = await expectations(args, options, chosen.builds, context, findResults);
      const copies = [];
      for (const directory of texts(options, 'log')) {
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
      const files = [];
      for (const name of texts(options, 'file')) {
        files.push(await judgeNamedFile(name, judgements, context));
      }
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

/** Which builds are judged: those of the folder, narrowed by names, versions from recipes. */
async function chooseBuilds(
  args: readonly string[],
  options: OptionValues,
  folder: string,
  workspace: Awaited<ReturnType<FindWorkspace>>,
  foreign: ForeignVotes,
) {
  const { listBuilds, readBuildAttestations } = await import('../../record/attestation-folder.js');
  const { builds: listed, unusable } = await listBuilds(folder);
  const own: BuildName[] = [];
  // Folders of other formats can look like those of a build: they hold nothing of it.
  const taken = new Set(foreign.builds.flatMap(({ files }) => files));
  for (const build of listed) {
    if (foreign.builds.length === 0) {
      own.push(build);
      continue;
    }
    const found = await readBuildAttestations(folder, build);
    const strange = found.unusable.filter(({ path }) => !taken.has(path));
    if (found.envelopes.length > 0 || strange.length > 0) own.push(build);
  }
  const target = text(options, 'target');
  const all = (isWanted: (one: ForeignBuild) => boolean) => [
    ...new Map(
      [...own, ...foreign.builds.filter(isWanted).map(({ build }) => build)].map((build) => [
        buildKey(build),
        build,
      ]),
    ).values(),
  ];
  if (args.length === 0) {
    // What nobody of the policy speaks about is told, but is no question: anybody could add it.
    const builds = all(({ isAbout }) => isAbout).filter(
      (build) => target === undefined || build.target === target,
    );
    return { builds, unusable };
  }
  const present = all(() => true);
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const { didYouMean } = await import('../../util/did-you-mean.js');
  const chosen = new Map<string, BuildName>();
  for (const argument of args) {
    const [project = '', own] = argument.split('@', 2);
    const wanted = own ?? target;
    const found =
      workspace?.builds(project, wanted) ??
      present.filter(
        (build) => build.project === project && (wanted === undefined || build.target === wanted),
      );
    if (found.length === 0) {
      const names = present.map((build) => build.project);
      throw new SelfsameError('WRONG_USE', `nothing is known of ${argument} in ${folder}`, {
        hint:
          didYouMean(project, names) ??
          'name a project of the workspace or of the attestations folder',
      });
    }
    for (const build of found) chosen.set(buildKey(build), build);
  }
  return { builds: [...chosen.values()], unusable };
}

interface BuildQuestion {
  readonly build: BuildName;
  /** The build id to insist on. */
  readonly expected: string | undefined;
  /** Its definition, where this workspace has it. */
  readonly known?: KnownDefinition;
}

/** What is asked of each build. With `--built`, the builds are those of the workspace, at what they are today. */
async function expectations(
  args: readonly string[],
  options: OptionValues,
  builds: readonly BuildName[],
  context: CommandContext,
  findResults: FindResults,
): Promise<readonly BuildQuestion[]> {
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const { isSha256Hex } = await import('@selfsame/verify');
  const expect = text(options, 'expect');
  if (expect !== undefined && options['built'] === true) {
    throw new SelfsameError('WRONG_USE', '--expect and --built both say which build to expect', {
      hint: 'give one of them',
    });
  }
  if (expect !== undefined) {
    const [only, ...others] = builds;
    if (!isSha256Hex(expect)) {
      throw new SelfsameError('WRONG_USE', '--expect is not a build id of 64 hexadecimal digits', {
        hint: 'copy it whole from: selfsame explain PROJECT',
      });
    }
    if (only === undefined || others.length > 0) {
      throw new SelfsameError('WRONG_USE', `--expect is about one build, not ${builds.length}`, {
        hint: 'name one project@target',
      });
    }
    return [{ build: only, expected: expect }];
  }
  if (options['built'] !== true) return builds.map((build) => ({ build, expected: undefined }));
  const selection = { projects: args, target: text(options, 'target') };
  const { results, missing } = await findResults(selection, context);
  const [first] = missing;
  if (first !== undefined) {
    throw new SelfsameError(
      'NOT_BUILT',
      `${first.key} has no finished build to compare with: ${first.reason}`,
      { hint: `build it first: selfsame build ${first.key}` },
    );
  }
  return results.map(({ definition, buildId }) => {
    const { project, version, target } = definition;
    return {
      build: { project, version, target },
      expected: buildId,
      known: { buildId, definition },
    };
  });
}

async function judgeNamedFile(
  name: string,
  judgements: readonly BuildJudgement[],
  context: CommandContext,
): Promise<FileJudgement> {
  const { statSync } = await import('node:fs');
  const { judgeLocalFile } = await import('../../record/judge-builds.js');
  const path = resolve(context.cwd, name);
  let why = 'it is not a file';
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
      return await judgeLocalFile(path, name, judgements, context.signal);
    }
  } catch (error) {
    context.signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    why = code;
  }
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  throw new SelfsameError('WRONG_USE', `${name} cannot be read: ${why}`, {
    hint: 'name the file to check with --file FILE',
  });
}

/** The time that is asked about, in seconds. */
export async function timeOf(given: string | undefined): Promise<number> {
  if (given === undefined) return Math.floor(Date.now() / 1000);
  const { parseTime } = await import('@selfsame/verify');
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const time = parseTime(given);
  if (time !== undefined) return time;
  throw new SelfsameError('WRONG_USE', `--at ${given} is not a time`, {
    hint: 'write a day, or a second in UTC: --at 2027-03-01 or --at 2027-03-01T12:00:00Z',
  });
}

function isSame(a: BuildName, b: BuildName): boolean {
  return buildKey(a) === buildKey(b);
}

function buildKey({ project, version, target }: BuildName): string {
  return JSON.stringify([project, version, target]);
}

function text(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function texts(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}

function shorter(cwd: string, path: string): string {
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

export const verifyCommand: Command = createVerifyCommand(async (context) => {
  const { buildNames, findWorkspace } = await import('../find-workspace.js');
  const workspace = findWorkspace(context.cwd);
  return (
    workspace && {
      root: workspace.root,
      builds: (project, target) => buildNames(workspace, project, target),
    }
  );
}, findResultsInStore);
