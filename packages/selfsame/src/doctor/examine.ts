import type { Settings } from '../settings/settings.js';
import { checkArchives } from './archive.js';
import { everyCommand, type Check, type CheckOptions, type Finding } from './finding.js';
import { checkNative } from './native.js';
import { checkNode } from './node.js';
import { checkPrograms } from './programs.js';
import { checkReaders } from './readers.js';
import { checkSandbox } from './sandbox.js';
import { checkStore } from './store.js';

/** Every check, in the order a person would mend things. */
export function allChecks(settings: Settings): readonly Check[] {
  return [
    checkNode,
    checkPrograms,
    checkReaders,
    checkNative,
    checkSandbox,
    checkStore,
    checkArchives(settings),
  ];
}

/** Runs checks side by side; findings keep the order of the checks. With `command`, only what that command needs. */
export async function examine(
  checks: readonly Check[],
  options: CheckOptions,
  command: string | undefined,
): Promise<readonly Finding[]> {
  const findings = (await Promise.all(checks.map((check) => check(options)))).flat();
  return command === undefined
    ? findings
    : findings.filter((finding) => concerns(finding, command));
}

/** `store` concerns every subcommand of store. */
function concerns(finding: Finding, command: string): boolean {
  return finding.neededBy.some(
    (name) => name === everyCommand || name === command || name.startsWith(`${command} `),
  );
}
