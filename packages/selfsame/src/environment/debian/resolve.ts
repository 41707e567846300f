import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@selfsame/verify';
import type { Context } from '../../context.js';
import { readAptConfiguration } from '../../download/apt-sources.js';
import {
  archivesForSuite,
  configuredArchives,
  readKeyring,
} from '../../download/debian-archive.js';
import { fetchRelease } from '../../download/debian-release.js';
import type { VerifiedRelease } from '../../download/debian-release.js';
import { verifyClearSigned } from '../../download/openpgp/verify.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { byIdentity, intentDigest } from '../lock-file.js';
import type { EnvironmentSpec, LockedEnvironment, LockedPackage, LockedStage } from '../types.js';
import { isolatedApt, mindsValidUntil } from './apt.js';
import type { Apt } from './apt.js';
import { solve, statusOf } from './solve.js';
import type { ChosenPackage, Solution } from './solve.js';

export interface ResolveOptions {
  /** The lock before: its versions are kept where they still fit, unless `update`. */
  readonly previous: LockedEnvironment | undefined;
  readonly update: boolean;
}

/**
 * Turns intent into fact: apt chooses the packages from indexes whose signed Release files were checked,
 * without recommendations and without regard to what this machine has installed. The base is resolved
 * first, so that all environments of a suite have the same one, then build-essential where it is wanted,
 * then the rest on top.
 *
 * @throws SelfsameError SUITE_NOT_FOUND, COMPONENT_NOT_FOUND, SUITE_NOT_TRUSTED, ARCHIVE_UNAVAILABLE, PACKAGE_NOT_FOUND,
 *   PACKAGES_CONFLICT, HOST_TOOL_MISSING, RESOLVER_FAILED, INTERRUPTED
 */
export async function resolveEnvironment(
  spec: EnvironmentSpec,
  { previous, update }: ResolveOptions,
  context: Context,
): Promise<LockedEnvironment> {
  const releases = await fetchReleases(spec, context);
  await using scratch = await context.store.scratch('apt');
  const apt = await isolatedApt({
    directory: scratch.path,
    architecture: spec.architecture,
    components: spec.components,
    releases,
    signal: context.signal,
  });
  await fetchIndexes(apt, spec, releases, context);
  if (previous !== undefined && !update) await apt.setPreferences(preferencesFor(previous));
  const stages = await resolveStages(apt, spec);
  const locked: LockedEnvironment = {
    name: spec.name,
    intent: intentDigest(spec),
    distribution: 'debian',
    suite: spec.suite,
    architecture: spec.architecture,
    epoch: Math.max(...releases.map(({ date }) => date)),
    releases: releases.map(({ requestedSuite, sha256, date, signedBy }) => ({
      suite: requestedSuite,
      sha256,
      date: new Date(date * 1000).toISOString().replace(/\.\d+Z$/u, 'Z'),
      signedBy,
    })),
    stages,
  };
  // The same packages from a newer Release file make the same environment: its clock stays as it was.
  return previous !== undefined && samePackages(previous, locked)
    ? { ...previous, name: locked.name, intent: locked.intent, suite: locked.suite }
    : locked;
}

async function fetchReleases(spec: EnvironmentSpec, context: Context): Promise<VerifiedRelease[]> {
  const archives = configuredArchives(context.settings, await readAptConfiguration());
  const releases: VerifiedRelease[] = [];
  for (const suite of [spec.suite, ...spec.extraSuites]) {
    const release = await fetchRelease(archivesForSuite(archives, suite), suite, context).catch(
      (error: unknown) => {
        throw suiteError(error, suite, spec.name);
      },
    );
    await checkValidity(release, context);
    checkComponents(release, spec);
    releases.push(release);
  }
  return releases;
}

function suiteError(error: unknown, suite: string, environment: string): unknown {
  if (!(error instanceof SelfsameError)) return error;
  if (error.code === 'RELEASE_UNAVAILABLE') {
    const nowhere = /not found|does not have|404/iu.test(error.message);
    return new SelfsameError(
      nowhere ? 'SUITE_NOT_FOUND' : 'ARCHIVE_UNAVAILABLE',
      `environment "${environment}" wants the suite ${suite}: ${error.message}`,
      { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error },
    );
  }
  if (error.code === 'RELEASE_NOT_TRUSTED') {
    return new SelfsameError(
      'SUITE_NOT_TRUSTED',
      `environment "${environment}" wants the suite ${suite}: ${error.message}`,
      {
        hint: 'install a newer keyring (sudo apt-get install debian-archive-keyring), or name keyring files in the settings (debian.keyrings)',
        cause: error,
      },
    );
  }
  return error;
}

/** apt only warns of a component that is not there, and would then find other packages than were meant. */
function checkComponents({ files, requestedSuite }: VerifiedRelease, spec: EnvironmentSpec): void {
  for (const component of spec.components) {
    const index = `${component}/binary-${spec.architecture}/Packages`;
    if (['', '.xz', '.gz'].some((suffix) => files.has(index + suffix))) continue;
    const found = (pattern: RegExp): string[] =>
      [...new Set([...files.keys()].flatMap((path) => pattern.exec(path)?.[1] ?? []))].sort();
    const components = found(/^([^/]+(?:\/[^/]+)?)\/binary-[^/]+\/Packages/u);
    const architectures = found(/\/binary-([^/]+)\/Packages/u);
    throw new SelfsameError(
      'COMPONENT_NOT_FOUND',
      `environment "${spec.name}" wants ${component} for ${spec.architecture}, which the suite ${requestedSuite} does not have`,
      { hint: `it has ${components.join(', ')} for ${architectures.join(', ')}` },
    );
  }
}

/** An archive that is kept from changing could hide security updates; who runs a frozen one says so to apt. */
async function checkValidity(release: VerifiedRelease, context: Context): Promise<void> {
  const { validUntil, requestedSuite } = release;
  if (validUntil === undefined || validUntil * 1000 >= Date.now()) return;
  const day = new Date(validUntil * 1000).toISOString().slice(0, 10);
  if (await mindsValidUntil(context.signal)) {
    throw new SelfsameError(
      'SUITE_NOT_TRUSTED',
      `the Release file of ${requestedSuite} expired on ${day}`,
      {
        hint: 'use a mirror that is up to date, or, for a frozen archive, set Acquire::Check-Valid-Until "false" in apt.conf',
      },
    );
  }
  context.emit({
    type: 'notice',
    level: 'warning',
    message: `the Release file of ${requestedSuite} expired on ${day}; this machine's apt accepts that`,
  });
}

/** `apt-get update`, and a check that apt saw the very Release files that were verified before. */
async function fetchIndexes(
  apt: Apt,
  spec: EnvironmentSpec,
  releases: readonly VerifiedRelease[],
  context: Context,
): Promise<void> {
  const result = await apt.run('apt-get', '--quiet=2', '--error-on=any', 'update');
  const said = result.stderr.trim();
  if (result.exitCode !== 0) {
    const untrusted = /NO_PUBKEY|not signed|signatures? (?:were|couldn't)/iu.test(said);
    throw new SelfsameError(
      untrusted ? 'SUITE_NOT_TRUSTED' : 'ARCHIVE_UNAVAILABLE',
      `apt could not fetch the indexes for environment "${spec.name}": ${said.slice(0, 1000)}`,
      { hint: 'check the components and architecture, and the network' },
    );
  }
  const signedTexts = new Set<string>();
  for (const name of (await readdir(apt.lists)).filter((item) => /_(?:In)?Release$/u.test(item))) {
    const message = await readFile(join(apt.lists, name));
    signedTexts.add(sha256Hex(message));
    if (!name.endsWith('_InRelease')) continue;
    for (const { archive } of releases) {
      const { content } = await verifyClearSigned(
        message,
        await readKeyring(archive.signedBy),
        context.signal,
      );
      if (content !== undefined) signedTexts.add(sha256Hex(content));
    }
  }
  for (const { sha256, requestedSuite } of releases) {
    if (signedTexts.has(sha256)) continue;
    throw new SelfsameError(
      'ARCHIVE_UNAVAILABLE',
      `the archive changed ${requestedSuite} while it was read`,
      { hint: 'run it again' },
    );
  }
}

async function resolveStages(apt: Apt, spec: EnvironmentSpec): Promise<LockedStage[]> {
  const base = await resolveBase(apt, spec.name);
  const wanted = [...new Set(spec.packages)].sort();
  if (wanted.length === 0) return [stage('base', base)];
  await apt.setStatus(statusOf(base));
  const rest = await solve(apt, wanted, spec.name);
  if (rest.disturbs) return inOne(apt, wanted, spec.name);
  if (!rest.install.some(({ name }) => name === 'build-essential')) {
    return withoutEmpty([stage('base', base), stage('packages', rest.install)]);
  }
  const toolchain = await solve(apt, ['build-essential'], spec.name);
  await apt.setStatus(statusOf([...base, ...toolchain.install]));
  const onTop = await solve(apt, wanted, spec.name);
  const stages: [LockedStage['name'], Solution][] = [
    ['toolchain', toolchain],
    ['packages', onTop],
  ];
  if (stages.some(([, { disturbs }]) => disturbs)) return inOne(apt, wanted, spec.name);
  return withoutEmpty([
    stage('base', base),
    ...stages.map(([name, { install }]) => stage(name, install)),
  ]);
}

function withoutEmpty(stages: readonly LockedStage[]): LockedStage[] {
  return stages.filter(({ packages }) => packages.length > 0);
}

/** apt counts itself as essential (apt-patterns(7)); an environment has no use for it unless it is asked for. */
const essential = '?and(?essential, ?not(?exact-name(apt)))';

/** Essential packages and what they need (Debian Policy 3.8). */
async function resolveBase(apt: Apt, environment: string): Promise<readonly ChosenPackage[]> {
  await apt.setStatus('');
  const { install } = await solve(apt, [essential], environment);
  if (!install.some(({ name }) => name === 'usrmerge')) return install;
  // The tree is merged from the start: the package that only says so takes the place of the one that moves files.
  const lighter = await solve(apt, [essential, 'usr-is-merged'], environment).catch(
    () => undefined,
  );
  return lighter?.install ?? install;
}

/** What is wanted does not go with the usual base: one solution for all, of which the essential part is the base. */
async function inOne(
  apt: Apt,
  wanted: readonly string[],
  environment: string,
): Promise<LockedStage[]> {
  await apt.setStatus('');
  const all = await solve(apt, [essential, ...wanted], environment);
  return [stage('base', all.install)];
}

function stage(name: LockedStage['name'], packages: readonly ChosenPackage[]): LockedStage {
  return {
    name,
    packages: packages.map(({ stanza: _, ...locked }): LockedPackage => locked).sort(byIdentity),
  };
}

/** apt_preferences(5): above 1000, a version is taken even if it is older; one that is gone is no matter. */
function preferencesFor(previous: LockedEnvironment): string {
  return previous.stages
    .flatMap(({ packages }) => packages)
    .map(({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n\n`)
    .join('');
}

function samePackages(a: LockedEnvironment, b: LockedEnvironment): boolean {
  const facts = ({ stages, architecture, suite }: LockedEnvironment): string =>
    JSON.stringify([
      architecture,
      suite,
      stages.map(({ name, packages }) => [name, packages.map(({ sha256 }) => sha256)]),
    ]);
  return facts(a) === facts(b);
}
