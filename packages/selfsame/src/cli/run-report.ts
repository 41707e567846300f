import { constants } from 'node:os';

import { SelfsameError } from '../errors/selfsame-error.js';
import type { Emit } from '../events/event.js';
import type { RunEnd } from '../run/run-on-machine.js';
import type { NotCovered } from '../sandbox/determinizer/log-summary.js';

/** Names listed in one line. */
const shownNames = 12;

/** Says under what conditions the command ran: for `--verbose`. */
export function sayConditions(end: RunEnd, emit: Emit): void {
  const { description, epoch, environment, place, result } = end;
  const origin = epoch.file === undefined ? epoch.from : `${epoch.from}: ${epoch.file}`;
  const lines = [
    `level ${description.level}, ${description.cpus} processors, user ${description.user.name} (${description.user.uid}), in ${place.at}`,
    `SOURCE_DATE_EPOCH ${epoch.seconds} (${origin})`,
    ...(environment.dropped.length > 0
      ? [`variables not passed on: ${listed(environment.dropped)}`]
      : []),
    ...(result.readOnly !== undefined && result.readOnly.length > 0
      ? [`read-only on this machine: ${listed(result.readOnly)}`]
      : []),
  ];
  for (const message of lines) emit({ type: 'notice', level: 'info', message });
}

/**
 * Says what a person must know of how it ended, nothing if all is well. Returns the exit status.
 *
 * @throws SelfsameError RUN_NOT_STARTED, RUN_STOPPED
 */
export function sayEnd(end: RunEnd, emit: Emit): number {
  const { outcome } = end.result;
  sayGaps(end, emit);
  switch (outcome.type) {
    case 'exited':
      if (outcome.code === 127) sayDropped(end, emit);
      return outcome.code;
    case 'signalled':
      return 128 + signalNumber(outcome.signal);
    case 'could-not-start': {
      const { stage, reason } = outcome;
      if (stage === 'command-missing' || stage === 'command-refused') {
        const message = reason;
        emit({ type: 'notice', level: 'warning', message });
        if (stage === 'command-missing') sayDropped(end, emit);
        return stage === 'command-missing' ? 127 : 126;
      }
      throw new SelfsameError('RUN_NOT_STARTED', `the command was not started: ${reason}`, {
        hint: outcome.hint ?? 'Run `selfsame doctor`',
        details: { outcome },
      });
    }
    case 'disk-full':
      throw stopped('the disk is full', outcome, 'Free space there');
    case 'supervisor-died':
      throw stopped(
        `the determinizer was ended${outcome.signal === undefined ? '' : ` by ${outcome.signal}`}`,
        outcome,
        'What it made since then is not deterministic: run it again, and report it if it happens again',
      );
    default:
      throw stopped(outcome.type, outcome, 'Run it again');
  }
}

function stopped(why: string, outcome: unknown, hint: string): SelfsameError {
  return new SelfsameError('RUN_STOPPED', `the command was stopped: ${why}`, {
    hint,
    details: { outcome },
  });
}

/** What was to be constant and was not, in one line each. */
function sayGaps({ result }: RunEnd, emit: Emit): void {
  if (result.notFixed.length > 0) {
    const message = `not constant on this machine: ${listed(result.notFixed)}`;
    emit({ type: 'notice', level: 'warning', message });
  }
  const summary = result.determinizer;
  if (summary === undefined) return;
  const { notCovered, notCoveredMore } = summary;
  if (notCovered.length > 0) {
    const more = notCoveredMore > 0 ? ` and ${notCoveredMore} more` : '';
    emit({
      type: 'notice',
      level: 'warning',
      message: `not determinised: ${listed(notCovered.map(gapText))}${more}`,
      hint: 'docs/determinizer.md says what that means; --log FILE has every program',
    });
  }
}

function gapText({ what, executable, programs }: NotCovered): string {
  if (executable === undefined) return what;
  return `${what} (${executable}${programs > 1 ? ` and ${programs - 1} more` : ''})`;
}

/** A tool that is not found may have been led to by a variable. */
function sayDropped({ environment }: RunEnd, emit: Emit): void {
  if (environment.dropped.length === 0) return;
  emit({
    type: 'notice',
    level: 'info',
    message: `these variables are set here and were not passed on: ${listed(environment.dropped)}`,
    hint: 'Pass one on with --env NAME; /tmp and /run are empty for the command',
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join(', ');
  return names.length > shownNames ? `${shown} and ${names.length - shownNames} more` : shown;
}

/** 15 for `SIGTERM`; `SIG40` is a real-time signal. */
function signalNumber(name: string): number {
  const known: Readonly<Record<string, number>> = constants.signals;
  return known[name] ?? (Number(name.slice(3)) || 0);
}
