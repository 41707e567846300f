import { SelfsameError } from '../../errors/selfsame-error.js';
import type { DeterminizerConfiguration } from '../determinizer/configuration.js';
import type { LevelPlan } from '../levels/level.js';
import type { SandboxRequest } from '../types.js';

/** Most bytes of one step's log; the determinizer counts what it leaves out. */
const logMax = 64 * 1024 * 1024;

/** How long ago a build may have begun for its files to be told from its inputs (native/determinizer/src/file-times.c). */
const oldestStart = 5 * 86_400_000;

/** What the init hands to the determinizer: the level's part and what belongs to this run. Undefined at other levels. */
export function determinizerConfiguration(
  request: SandboxRequest,
  plan: LevelPlan,
): DeterminizerConfiguration | undefined {
  if (plan.determinizer === undefined) return undefined;
  if (request.asRoot && request.machineRoot === undefined) {
    throw new SelfsameError(
      'SANDBOX_REQUEST_INVALID',
      'the determinizer cannot run a command as root of a sandbox',
    );
  }
  const { user } = request.description;
  const { startedAt, logWrites } = request.determinizer ?? {};
  const now = Date.now();
  return {
    ...plan.determinizer,
    ...(!request.asRoot && { user: user.uid, group: user.gid }),
    logMax,
    logWrites: logWrites ?? false,
    ...(startedAt !== undefined && startedAt <= now && now - startedAt < oldestStart
      ? { start: decimalSeconds(startedAt) }
      : {}),
  };
}

/** `1700000000.123000000` for milliseconds: nine digits, as the determinizer wants them. */
function decimalSeconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const seconds = Math.floor(whole / 1000);
  return `${seconds}.${String(whole - seconds * 1000).padStart(3, '0')}000000`;
}
