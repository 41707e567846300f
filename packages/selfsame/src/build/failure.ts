import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { copyFile, readFile, readdir, rename, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { ErrorCode } from '../errors/codes.js';
import type { Limits, Mount, Outcome, SandboxDescription } from '../sandbox/types.js';
import { errorCodeOf, formatBytes } from '../store/store-errors.js';
import type { Scratch, Sha256, Store } from '../store/types.js';
import type { DefinedBuild } from './define.js';

/** How a kept failed build can be entered again: `failed/<build id>/failure.json`. Paths are relative to the store. */
export interface KeptFailure {
  readonly type: 'selfsame/kept-failure/v1';
  readonly key: string;
  readonly project: string;
  readonly buildId: Sha256;
  readonly step: string | null;
  readonly message: string;
  readonly description: SandboxDescription;
  readonly limits: Limits;
  readonly rootLayers: readonly string[];
  readonly mounts: readonly Mount[];
  /** Path in the entry of the script of the step that failed, or null. */
  readonly script: string | null;
  /** Directory in the entry that holds the writable root's changes, or null before any step ran. */
  readonly overlay: string | null;
  /** When its first step began, milliseconds since 1970; absent in failures kept by earlier versions. */
  readonly startedAt?: number;
  /** Milliseconds since 1970, to find the latest. */
  readonly time: number;
}

/** Lines of output shown with a failure. */
const shownLines = 20;

/** One sentence on how a step ended, and the code that goes with it. */
export function describeOutcome(outcome: Outcome): {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint?: string;
} {
  switch (outcome.type) {
    case 'exited':
      return { code: 'BUILD_FAILED', text: `exited with ${outcome.code}` };
    case 'signalled':
      return { code: 'BUILD_FAILED', text: `was ended by ${outcome.signal}` };
    case 'timed-out':
      return {
        code: 'BUILD_TIMED_OUT',
        text: `ran longer than ${outcome.seconds} s and was stopped`,
        hint: 'Raise `limits.time` in the recipe if it needs longer',
      };
    case 'out-of-memory':
      return {
        code: 'BUILD_OUT_OF_MEMORY',
        text: `needed more than ${formatBytes(outcome.limitBytes)} of memory`,
        hint: 'Raise `limits.memory` in the recipe if it needs more',
      };
    case 'disk-full':
      return outcome.cause === 'limit'
        ? {
            code: 'BUILD_DISK_LIMIT',
            text: `wrote more than ${formatBytes(outcome.limitBytes)}`,
            hint: 'Raise `limits.disk` in the recipe if it needs more',
          }
        : {
            code: 'BUILD_NO_DISK',
            text: "found no room left on the store's file system",
            hint: 'Free space there, run `selfsame store gc`, or set SELFSAME_STORE to a larger file system',
          };
    case 'too-much-output':
      return {
        code: 'BUILD_TOO_MUCH_OUTPUT',
        text: `printed more than ${formatBytes(outcome.limitBytes)} and was stopped`,
        hint: 'Raise `limits.output` in the recipe if it needs more',
      };
    case 'too-many-processes':
      return {
        code: 'BUILD_TOO_MANY_PROCESSES',
        text: `started more than ${outcome.limit} processes`,
        hint: 'Raise `limits.processes` in the recipe if it needs more',
      };
    case 'supervisor-died':
      return {
        code: 'BUILD_SUPERVISOR_DIED',
        text: `lost the determinizer, which ${outcome.signal === undefined ? 'ended' : `was ended by ${outcome.signal}`} while it ran`,
        hint: 'Build again; if it happens again without anybody ending processes, report it with the log',
      };
    case 'cancelled':
      return { code: 'INTERRUPTED', text: 'was interrupted' };
    case 'could-not-start':
      return {
        code: 'BUILD_NOT_STARTED',
        text: `could not be started: ${outcome.reason}`,
        hint: outcome.hint ?? 'Run `selfsame doctor`',
      };
  }
}

/** The error of a step that did not end well. */
export function stepError(
  defined: DefinedBuild,
  step: string,
  outcome: Outcome,
  keptAt: string,
  logPath: string,
): SelfsameError {
  const { code, text, hint } = describeOutcome(outcome);
  const enter = `Look at the tree with \`selfsame shell --failed ${defined.planned.key}\`; the log is ${logPath}`;
  return new SelfsameError(code, `step "${step}" of ${defined.planned.key} ${text}`, {
    hint: hint === undefined ? enter : `${hint}. ${enter}`,
    details: {
      build: defined.planned.key,
      buildId: defined.buildId,
      step,
      outcome,
      keptAt,
      logPath,
      lastLines: lastLines(logPath),
    },
  });
}

/** The end of a log: at most 20 lines and 16 KiB. Untrusted text, to be neutralised by whoever shows it. */
export function lastLines(logPath: string): readonly string[] {
  try {
    const fd = openSync(logPath, 'r');
    try {
      const { size } = fstatSync(fd);
      const tail = Buffer.alloc(Math.min(size, 16 << 10));
      const read = readSync(fd, tail, 0, tail.length, size - tail.length);
      return tail.toString('utf8', 0, read).trimEnd().split('\n').slice(-shownLines);
    } finally {
      closeSync(fd);
    }
  } catch {
    return [];
  }
}

/**
 * Keeps the whole tree of a failed build as the entry `failed/<build id>`, in place of an earlier one.
 * The scratch directory itself becomes the entry, because what is in it may belong to mapped ids.
 * @returns its path
 */
export async function keepFailed(
  store: Store,
  scratch: Scratch,
  defined: DefinedBuild,
  facts: {
    readonly step: string | undefined;
    readonly message: string;
    readonly rootLayers: readonly string[];
    readonly mounts: readonly Mount[];
    readonly overlay: string;
    readonly stepIndex: number | undefined;
    readonly startedAt: number | undefined;
  },
): Promise<string> {
  const { buildId, planned, definition } = defined;
  const final = store.entryPath('failed', buildId);
  const relative = (path: string) =>
    (path.startsWith(`${scratch.path}/`) ? final + path.slice(scratch.path.length) : path).replace(
      `${store.root}/`,
      '',
    );
  const failure: KeptFailure = {
    type: 'selfsame/kept-failure/v1',
    key: planned.key,
    project: planned.project,
    buildId,
    step: facts.step ?? null,
    message: facts.message,
    description: definition.sandbox,
    limits: planned.limits,
    rootLayers: facts.rootLayers.map(relative),
    mounts: facts.mounts.map((mount) => ({ ...mount, source: relative(mount.source) })),
    script: facts.stepIndex === undefined ? null : `steps/${facts.stepIndex}`,
    ...(facts.startedAt === undefined ? {} : { startedAt: facts.startedAt }),
    overlay: facts.overlay === '' ? null : facts.overlay.slice(scratch.path.length + 1),
    time: Date.now(),
  };
  await writeFile(join(scratch.path, 'definition.json'), canonicalJson(definition));
  await writeFile(join(scratch.path, 'failure.json'), `${JSON.stringify(failure, null, 2)}\n`);
  await store.remove('failed', buildId);
  await store.publish('failed', buildId, async (draft) => {
    await rmdir(draft);
    await rename(scratch.path, draft);
    scratch.release();
  });
  return final;
}

/** The kept failed builds of a store, latest first. */
export async function listFailed(store: Store): Promise<readonly KeptFailure[]> {
  const directory = join(store.root, 'failed');
  const found: KeptFailure[] = [];
  for (const name of await readdir(directory)) {
    try {
      const failure = JSON.parse(
        await readFile(join(directory, name, 'failure.json'), 'utf8'),
      ) as KeptFailure;
      if (failure.type === 'selfsame/kept-failure/v1' && failure.buildId === name)
        found.push(failure);
    } catch (error) {
      if (!(error instanceof SyntaxError) && errorCodeOf(error) === undefined) throw error;
    }
  }
  return found.sort((a, b) => b.time - a.time);
}

/** Copies the log beside a result. */
export async function keepLog(from: string, directory: string): Promise<void> {
  await copyFile(from, join(directory, 'log'));
}
