import type { Completeness, Equivocation, NotCounted, SetAside } from '@selfsame/verify';
import type { EvidenceNote } from '../attestations/format.js';
import type { UnusableFile } from '../record/attestation-folder.js';
import type { ForeignBuild } from './foreign-votes.js';
import type { LogFindings } from './judge-with-logs.js';
import { nameOf } from './verdict-sentences.js';
import { printable } from '../text/printable.js';
import type { Style } from '../text/style.js';

/** Digits of a digest in tables; `--json` has all 64. */
export const SHORT = 12;
/** Votes that do not count, named one by one; the rest are counted. */
const SHOWN_VOTES = 20;

/** Envelopes that became no votes, in lines. */
export function setAsideText(setAside: readonly SetAside[], style: Style): string[] {
  const lines: string[] = [];
  for (const { reason, signers, payload, error } of setAside) {
    const about = `payload ${payload.slice(0, SHORT)}`;
    const names = signers.join(', ');
    if (reason === 'bad-signature') {
      lines.push(
        style.red(`  not counted: a signature said to be by ${names} does not fit (${about})`),
      );
    } else if (reason === 'not-a-claim') {
      const why = printable(error?.message ?? '');
      lines.push(style.yellow(`  not counted: ${names} signed no valid claim: ${why} (${about})`));
    }
  }
  const strangers = setAside.filter(({ reason }) => reason === 'untrusted').length;
  if (strangers > 0) {
    const count = strangers === 1 ? 'one payload' : `${strangers} payloads`;
    lines.push(style.dim(`  not counted: signatures on ${count} by keys not in the policy`));
  }
  if (setAside.some(({ reason }) => reason === 'unchecked')) {
    lines.push(style.yellow('  not counted: too many signatures that no key explains'));
  }
  return lines;
}

/** Votes that do not count, each with its reason; those of strangers only counted. */
export function notCountedText(votes: readonly NotCounted[], style: Style): string[] {
  const strangers = votes.filter(({ reason }) => reason === 'not-in-roster').length;
  // What has no key at all may be a signer's, and nobody else can say so: a damaged file, a key that is not at hand.
  const shown = votes.filter(({ reason }) => reason !== 'not-in-roster');
  const lines = shown.slice(0, SHOWN_VOTES).map(({ signer, format, why, evidence }) => {
    const about = `${format} ${evidence.slice(0, SHORT)}`;
    // Reasons begin with the folder that a file was in, which is often called like the signer.
    const isNamed = why.toLowerCase().startsWith(`${signer?.toLowerCase()}: `);
    const who = signer === undefined || isNamed ? '' : `${signer}: `;
    return style.yellow(`  not counted: ${who}${printable(`${why} (${about})`)}`);
  });
  if (shown.length > SHOWN_VOTES) {
    lines.push(style.yellow(`  not counted: ${shown.length - SHOWN_VOTES} more, see --json`));
  }
  if (strangers > 0) {
    const count = strangers === 1 ? 'one attestation' : `${strangers} attestations`;
    lines.push(style.dim(`  not counted: ${count} by nobody in the policy`));
  }
  return lines;
}

/** Builds that nobody of the policy speaks about, with why each file is worth nothing. */
export function notJudgedText(builds: readonly ForeignBuild[], style: Style): string[] {
  const lines = builds.slice(0, SHOWN_VOTES).map(({ build, files, votes }) => {
    const reasons = [...new Set(votes.flatMap(({ reason }) => reason ?? []))];
    const why = reasons.length === 0 ? 'by nobody in the policy' : reasons.slice(0, 2).join('; ');
    const more = reasons.length > 2 ? `; ${reasons.length - 2} more, see --json` : '';
    return style.yellow(
      `  not judged: ${printable(nameOf(build))} (${filesWords(files)}): ${printable(why + more)}`,
    );
  });
  if (builds.length > SHOWN_VOTES) {
    lines.push(style.yellow(`  not judged: ${builds.length - SHOWN_VOTES} more, see --json`));
  }
  return lines;
}

/** `a.txt`, or `a.txt and 3 more`. */
export function filesWords(files: readonly string[]): string {
  const [first = 'no files'] = files;
  return printable(files.length <= 1 ? first : `${first} and ${files.length - 1} more`);
}

/** Signers who contradict themselves, with what proves it; those who do so in the same way are named together. */
export function equivocationText(found: readonly Equivocation[], style: Style): string[] {
  const alike = new Map<string, string[]>();
  const lines: string[] = [];
  for (const { kind, signer, path, results } of found) {
    const digests = results.map(({ sha256 }) => sha256.slice(0, SHORT)).join(' and ');
    if (kind === 'two-results') {
      const what = `two results for ${printable(path)}: ${digests}`;
      alike.set(what, [...(alike.get(what) ?? []), signer]);
      continue;
    }
    const proof = results.map(({ evidence }) => (evidence[0] ?? '').slice(0, SHORT)).join(' and ');
    lines.push(
      style.red(
        `  ${signer} signed two results for ${printable(path)} with one key, from the same inputs: ` +
          `${digests} (proof: ${proof})`,
      ),
    );
  }
  for (const [what, signers] of alike) {
    const claim = signers.length === 1 ? 'claims' : 'each claim';
    lines.push(style.yellow(`  ${signers.join(', ')} ${claim} ${what}`));
  }
  return lines;
}

/** Why what is at hand is not all there is. */
export function completenessText(completeness: Completeness | undefined, style: Style): string[] {
  if (completeness === undefined) return [];
  const { state, missing } = completeness;
  switch (state) {
    case 'complete':
      return [style.dim('  every attestation that the log lists is here')];
    case 'no-list':
      return [
        style.red("  the log's list of attestations for this build is not here"),
        style.red('  → give a copy of the log, or pack it with the evidence: --log DIR'),
      ];
    case 'too-few-witnesses':
      return [style.red("  the log's list has fewer witnesses than the policy wants")];
    case 'stale':
      return [
        style.red("  the log's list is older than the policy allows"),
        style.red('  → get a copy of the log as it is now'),
      ];
    case 'withheld': {
      const [first] = missing;
      const count =
        missing.length === 1
          ? 'one attestation that is'
          : `${missing.length} attestations that are`;
      const which = `${first?.evidence.slice(0, SHORT)} by key ${first?.key.slice(0, 24)}`;
      return [style.red(`  the log lists ${count} not here, such as ${which}`)];
    }
  }
}

/** What is wrong with logs: proofs that prove nothing, and logs that show one thing here and another there. */
export function logFindingsText(logs: LogFindings | undefined, style: Style): string[] {
  if (logs === undefined) return [];
  const splits = logs.splits.map(({ log }) =>
    style.red(
      printable(
        `the log ${log} signed two histories: do not trust it; --json shows both checkpoints`,
      ),
    ),
  );
  const problems = logs.problems
    .slice(0, SHOWN_VOTES)
    .map((problem) => style.yellow(`a log proves nothing here: ${printable(problem)}`));
  const more = logs.problems.length - problems.length;
  return [
    ...splits,
    ...problems,
    ...(more > 0 ? [style.yellow(`a log proves nothing here: ${more} more, see --json`)] : []),
  ];
}

/** What is wrong with signed files that count all the same. */
export function warningText(notes: readonly EvidenceNote[], style: Style): string[] {
  const warnings = notes.filter(({ isWarning }) => isWarning === true);
  const lines = warnings
    .slice(0, SHOWN_VOTES)
    .map(({ path, text }) => style.yellow(`  warning: ${printable(`${path}: ${text}`)}`));
  const more = warnings.length - lines.length;
  return more > 0 ? [...lines, style.yellow(`  warning: ${more} more, see --json`)] : lines;
}

/** Files that are no attestations. */
export function unusableLines(files: readonly UnusableFile[], style: Style): string[] {
  const lines = files
    .slice(0, SHOWN_VOTES)
    .map(({ path, reason }) =>
      style.yellow(`  not counted: ${printable(path)}: ${printable(reason)}`),
    );
  const more = files.length - lines.length;
  return more > 0
    ? [...lines, style.yellow(`  not counted: ${more} more files, see --json`)]
    : lines;
}
