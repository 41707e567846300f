import type { BuildName } from '@selfsame/verify';
import type { KnownDefinition } from '../record/definition-differences.js';
import type { CommandContext, OptionValues } from './command.js';
import type { FindResults } from './commands/sign.js';
import type { ForeignBuild, ForeignVotes } from './foreign-votes.js';
import { one } from './option-values.js';

/** What the workspace around the working directory knows; undefined outside of any workspace. */
export type FindWorkspace = (context: CommandContext) => Promise<
  | {
      readonly root: string;
      /** The builds a selection means today, by recipe; undefined for a project that has no recipe. */
      builds(project: string, target: string | undefined): readonly BuildName[] | undefined;
    }
  | undefined
>;

/** Which builds are judged: those of the folder, narrowed by names, versions from recipes. */
export async function chooseBuilds(
  args: readonly string[],
  options: OptionValues,
  folder: string,
  workspace: Awaited<ReturnType<FindWorkspace>>,
  foreign: ForeignVotes,
) {
  const { listBuilds, readBuildAttestations } = await import('../record/attestation-folder.js');
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
  const target = one(options, 'target');
  const those = (isWanted: (found: ForeignBuild) => boolean) => [
    ...new Map(
      [...own, ...foreign.builds.filter(isWanted).map(({ build }) => build)].map((build) => [
        buildKey(build),
        build,
      ]),
    ).values(),
  ];
  if (args.length === 0) {
    // What nobody of the policy speaks about is told, but is no question: anybody could add it.
    const builds = those(({ isAbout }) => isAbout).filter(
      (build) => target === undefined || build.target === target,
    );
    return { builds, unusable };
  }
  const present = those(() => true);
  const { SelfsameError } = await import('../errors/selfsame-error.js');
  const { didYouMean } = await import('../util/did-you-mean.js');
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

export interface BuildQuestion {
  readonly build: BuildName;
  /** The build id to insist on. */
  readonly expected: string | undefined;
  /** Its definition, where this workspace has it. */
  readonly known?: KnownDefinition;
}

/** What is asked of each build. With `--built`, the builds are those of the workspace, at what they are today. */
export async function expectations(
  args: readonly string[],
  options: OptionValues,
  builds: readonly BuildName[],
  context: CommandContext,
  findResults: FindResults,
): Promise<readonly BuildQuestion[]> {
  const { SelfsameError } = await import('../errors/selfsame-error.js');
  const { isSha256Hex } = await import('@selfsame/verify');
  const expect = one(options, 'expect');
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
  const selection = { projects: args, target: one(options, 'target') };
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

export function isSame(a: BuildName, b: BuildName): boolean {
  return buildKey(a) === buildKey(b);
}

export function buildKey({ project, version, target }: BuildName): string {
  return JSON.stringify([project, version, target]);
}
