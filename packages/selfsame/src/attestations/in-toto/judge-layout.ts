import { VerifyError } from '@selfsame/verify';
import type { Artifacts, PosixTime } from '@selfsame/verify';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { InTotoBlock } from '../in-toto-layout/envelope.js';
import { verifyLayout, type LayoutVerdict } from '../in-toto-layout/verify-layout.js';
import { certificateProblem, type LayoutKey } from './layout-keys.js';
import type { ReadLinks } from './read-links.js';

export interface LayoutQuestion {
  readonly keys: readonly LayoutKey[];
  readonly links: ReadLinks;
  /** The files at hand, for the rules of inspections; undefined: those are not checked. */
  readonly files: Artifacts | undefined;
  readonly at: PosixTime;
  /** The person knows that inspections are never run, and wants the rest judged alone. */
  readonly withoutInspections: boolean;
}

export interface JudgedLayout {
  /** All that the layout asks for was checked, or knowingly left out, and holds. */
  readonly accepted: boolean;
  /** Keys that did not sign it as their OpenPGP certificates want it. */
  readonly badCertificates: readonly { readonly file: string; readonly why: string }[];
  /** Inspections that nobody agreed to leave out. */
  readonly inspectionsOpen: boolean;
  readonly verdict: LayoutVerdict;
}

/**
 * Judges a layout as `in-toto-verify` does, but for inspections, which are never run: where there are any, the layout
 * is accepted only if the person said to do without.
 *
 * @throws SelfsameError LAYOUT_INVALID, for a signed layout that breaks its format or is beyond what is read
 */
export async function judgeLayout(
  block: InTotoBlock,
  { keys, links, files, at, withoutInspections }: LayoutQuestion,
): Promise<JudgedLayout> {
  let verdict: LayoutVerdict;
  try {
    verdict = verifyLayout(block, {
      keys: keys.map(({ key }) => key),
      now: at,
      evidence: links.evidence,
      ...(files && { files }),
    });
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new SelfsameError('LAYOUT_INVALID', `the layout cannot be judged: ${cause.message}`, {
      hint: 'ask whoever signed it for one that keeps to in-toto specification 1.0',
      cause,
    });
  }
  const badCertificates: { readonly file: string; readonly why: string }[] = [];
  for (const key of keys) {
    const why = await certificateProblem(key, block, at);
    if (why !== undefined) badCertificates.push({ file: key.file, why });
  }
  const inspectionsOpen = verdict.inspectionsNotRun.length > 0 && !withoutInspections;
  const accepted = verdict.accepted && badCertificates.length === 0 && !inspectionsOpen;
  return { accepted, badCertificates, inspectionsOpen, verdict };
}
