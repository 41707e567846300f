import type { Completeness, Equivocation, NotCounted, SetAside } from '@selfsame/verify';
import type { UnusableFile } from '../record/attestation-folder.js';
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

/** Votes that do not count, each with its reason; strangers' only counted. */
export function notCountedText(votes: readonly NotCounted[], style: Style): string[] {
  const known = votes.filter(({ signer }) => signer !== undefined);
  const lines = known.slice(0, SHOWN_VOTES).map(({ signer, format, why, evidence }) => {
    const about = `${format} ${evidence.slice(0, SHORT)}`;
    return style.yellow(`  not counted: ${signer ?? ''}: ${printable(`${why} (${about})`)}`);
  });
  if (known.length > SHOWN_VOTES) {
    lines.push(style.yellow(`  not counted: ${known.length - SHOWN_VOTES} more, see --json`));
  }
  const strangers = votes.length - known.length;
  if (strangers > 0) {
    const count = strangers === 1 ? 'one attestation' : `${strangers} attestations`;
    lines.push(style.dim(`  not counted: ${count} by nobody in the policy`));
  }
  return lines;
}

/** Signers who contradict themselves, with what proves it. */
export function equivocationText(found: readonly Equivocation[], style: Style): string[] {
  return found.map(({ kind, signer, path, results }) => {
    const digests = results.map(({ sha256 }) => sha256.slice(0, SHORT)).join(' and ');
    if (kind === 'two-results') {
      return style.yellow(`  ${signer} claims two results for ${printable(path)}: ${digests}`);
    }
    const proof = results.map(({ evidence }) => (evidence[0] ?? '').slice(0, SHORT)).join(' and ');
    return style.red(
      `  ${signer} signed two results for ${printable(path)} with one key, from the same inputs: ` +
        `${digests} (proof: ${proof})`,
    );
  });
}

/** Why what is at hand is not all there is. */
export function completenessText(completeness: Completeness | undefined, style: Style): string[] {
  if (completeness === undefined) return [];
  const { state, missing } = completeness;
  switch (state) {
    case 'complete':
      return [style.dim('  every attestation that the log lists is here')];
    case 'no-list':
      return [style.red("  the log's list of attestations for this build is not here")];
    case 'too-few-witnesses':
      return [style.red("  the log's list has fewer witnesses than the policy wants")];
    case 'stale':
      return [style.red("  the log's list is older than the policy allows")];
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

/** A file that is no attestation. */
export function unusableText({ path, reason }: UnusableFile, style: Style): string {
  return style.yellow(`  not counted: ${printable(path)}: ${printable(reason)}`);
}
