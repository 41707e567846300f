import type { LogSummary, NotCovered } from '../sandbox/determinizer/log-summary.js';

/** What the determinizer's logs of a build came to: `determinizer.json` of its entry. Evidence; nothing of it is signed. */
export interface DeterminizerReport {
  readonly type: 'selfsame/determinizer-report/v1';
  readonly steps: readonly DeterminizedStep[];
}

export interface DeterminizedStep {
  readonly step: string;
  readonly summary: LogSummary;
}

export function determinizerReport(steps: readonly DeterminizedStep[]): DeterminizerReport {
  return { type: 'selfsame/determinizer-report/v1', steps };
}

/** What was not covered in any step, each kind once, in the order of the steps. */
export function notCoveredOf(steps: readonly DeterminizedStep[]): readonly NotCovered[] {
  const kinds = new Map<string, NotCovered>();
  for (const { summary } of steps) {
    for (const one of summary.notCovered) {
      const before = kinds.get(one.what);
      kinds.set(
        one.what,
        before === undefined ? one : { ...before, programs: before.programs + one.programs },
      );
    }
  }
  return [...kinds.values()];
}

/** The same for `notFixed` of a result: without texts that a build could have made. */
export function notFixedWords(steps: readonly DeterminizedStep[]): readonly string[] {
  const words = notCoveredOf(steps).map(({ what, programs, detail }) =>
    programs === 0 && detail !== undefined ? `${what}: ${detail}` : what,
  );
  const lost = steps.filter(({ summary }) => !summary.complete).map(({ step }) => step);
  return lost.length === 0
    ? words
    : [...words, `not known: the determinizer's log is not whole (step ${lost.join(', ')})`];
}
