import {
  equalArtifacts,
  parseLink,
  VerifyError,
  type Artifacts,
  type Link,
  type PosixTime,
} from '@selfsame/verify';
import type { InTotoBlock } from './envelope.js';
import type { GlobBudget } from './glob.js';
import { signingKey, type InTotoKey } from './layout-key.js';
import { parseLayout, type Inspection, type Layout, type Step } from './layout.js';
import { brokenRule, type Rule } from './rules.js';

/** A link, or a layout in place of one, that is shown as evidence of a step. */
export interface StepEvidence {
  /** The step, from the name of the file; a link must also say so itself. */
  readonly step: string;
  readonly block: InTotoBlock;
  /** For a layout: what is shown for its steps. */
  readonly below?: readonly StepEvidence[];
}

export type LayoutProblem =
  /** One of the keys that must have signed the layout has not. */
  | { readonly reason: 'layout-signature'; readonly key: string }
  | { readonly reason: 'layout-expired'; readonly expires: PosixTime }
  /** Fewer different keys than the step asks for. */
  | {
      readonly reason: 'threshold';
      readonly step: string;
      readonly needed: number;
      readonly keys: readonly string[];
    }
  /** Authorised keys say different things of the step. */
  | { readonly reason: 'disagreement'; readonly step: string; readonly keys: readonly string[] }
  | {
      readonly reason: 'rule';
      readonly item: string;
      readonly side: 'materials' | 'products';
      readonly rule: readonly string[];
      readonly path: string;
    }
  /** A layout in place of a link was not accepted. */
  | {
      readonly reason: 'sublayout';
      readonly step: string;
      readonly key: string;
      readonly problems: readonly LayoutProblem[];
    };

/** StepEvidence that did not count, and why. */
export interface IgnoredEvidence {
  readonly step: string;
  readonly why: 'no-such-step' | 'other-step' | 'not-authorised' | 'unreadable';
}

export interface LayoutVerdict {
  /** The layout is valid now and all its steps are as it says. */
  readonly accepted: boolean;
  readonly problems: readonly LayoutProblem[];
  /** Commands the layout wanted run. None was: what they would have found is not known. */
  readonly inspectionsNotRun: readonly Pick<Inspection, 'name' | 'run'>[];
  readonly ignored: readonly IgnoredEvidence[];
  /** Steps whose links name another command than the layout: in-toto only warns of it, and so does this. */
  readonly otherCommands: readonly string[];
  /** Materials of the first step and products of the last, when accepted. */
  readonly summary: Pick<Link, 'materials' | 'products' | 'command'> | undefined;
}

export interface LayoutQuestion {
  /** Keys that must all have signed the layout, from the person who verifies. At least one. */
  readonly keys: readonly InTotoKey[];
  readonly now: PosixTime;
  readonly evidence: readonly StepEvidence[];
  /**
   * The files at hand. Where given, rules of inspections are checked against them, as if the command had
   * changed nothing.
   */
  readonly files?: Artifacts;
}

const MAX_DEPTH = 4;
const MAX_EVIDENCE = 4096;
/** Some seconds. */
const BUDGET = 100_000_000;

/**
 * Verifies a layout (in-toto specification 1.0 §5.2) without running anything: signatures, expiry, for every
 * step enough different authorised keys that agree, and the artifact rules. Keys that belong together (subkeys
 * of one key) count once. Throws for a layout that cannot be read (what `parseLayout` throws), for no
 * keys, and `LIMIT_EXCEEDED`; everything else is in the verdict.
 */
export function verifyLayout(block: InTotoBlock, question: LayoutQuestion): LayoutVerdict {
  return verify(block, question, { remaining: BUDGET }, { remaining: MAX_EVIDENCE }, 1);
}

function verify(
  block: InTotoBlock,
  { keys, now, evidence, files }: LayoutQuestion,
  budget: GlobBudget,
  blocks: { remaining: number },
  depth: number,
): LayoutVerdict {
  if (keys.length === 0) throw new VerifyError('KEY_INVALID', 'no key to verify the layout with');
  blocks.remaining -= evidence.length;
  if (blocks.remaining < 0) throw new VerifyError('LIMIT_EXCEEDED', 'too many links');
  const problems: LayoutProblem[] = keys
    .filter((key) => signingKey(block, key, now) === undefined)
    .map((key) => ({ reason: 'layout-signature', key: key.id }));
  // Nothing of a layout is believed, or even read, before its signatures are.
  if (problems.length > 0) return refused(problems);
  const layout = parseLayout(block.signed);
  if (layout.expires < now) problems.push({ reason: 'layout-expired', expires: layout.expires });

  const ignored: IgnoredEvidence[] = evidence
    .filter(({ step }) => !layout.steps.some(({ name }) => name === step))
    .map(({ step }) => ({ step, why: 'no-such-step' }));
  const notRun = layout.inspections.map(({ name, run }) => ({ name, run }));
  const links = new Map<string, StepLink>();
  const otherCommands: string[] = [];
  for (const step of layout.steps) {
    const found: StepLink[] = [];
    for (const item of evidence.filter((candidate) => candidate.step === step.name)) {
      const read = readEvidence(item, step, layout, now);
      if ('why' in read) ignored.push({ step: step.name, why: read.why });
      else if (read.link !== undefined) found.push({ ...read, link: read.link });
      else {
        const inner = { keys: [read.signer], now, evidence: item.below ?? [] };
        const verdict = verifySublayout(item.block, inner, budget, blocks, depth);
        notRun.push(...verdict.inspectionsNotRun);
        if (verdict.summary !== undefined) found.push({ owner: read.owner, link: verdict.summary });
        else {
          const { problems: below } = verdict;
          problems.push({
            reason: 'sublayout',
            step: step.name,
            key: read.signer.id,
            problems: below,
          });
        }
      }
    }
    problems.push(...stepProblems(step, found));
    if (found.some(({ link }) => !equalStrings(link.command, step.command)))
      otherCommands.push(step.name);
    if (found[0] !== undefined) links.set(step.name, found[0]);
  }

  const reduced = new Map([...links].map(([name, { link }]) => [name, link]));
  for (const { name, materials, products } of layout.steps) {
    const link = reduced.get(name);
    if (link !== undefined)
      problems.push(...ruleProblems(name, materials, products, link, reduced, budget));
  }
  if (files !== undefined) {
    const link = { materials: files, products: files };
    for (const { name } of layout.inspections) reduced.set(name, { ...link, command: [] });
    for (const { name, materials, products } of layout.inspections) {
      problems.push(...ruleProblems(name, materials, products, link, reduced, budget));
    }
  }
  if (problems.length > 0)
    return { ...refused(problems), inspectionsNotRun: notRun, ignored, otherCommands };
  const [first, last] = [layout.steps.at(0), layout.steps.at(-1)].map((step) =>
    reduced.get(step?.name ?? ''),
  );
  const summary = {
    materials: first?.materials ?? {},
    products: last?.products ?? {},
    command: last?.command ?? [],
  };
  return { accepted: true, problems, inspectionsNotRun: notRun, ignored, otherCommands, summary };
}

interface StepLink {
  /** Name of the key, or of the key it is a subkey of. */
  readonly owner: string;
  readonly link: Pick<Link, 'materials' | 'products' | 'command'>;
}

type ReadEvidence =
  | { readonly owner: string; readonly signer: InTotoKey; readonly link: Link | undefined }
  | Pick<IgnoredEvidence, 'why'>;

/** Who signed the evidence, and the link in it if it is one. */
function readEvidence(
  { block }: StepEvidence,
  step: Step,
  layout: Layout,
  now: PosixTime,
): ReadEvidence {
  for (const owner of layout.keys) {
    const allowed = authorised(owner, step);
    const signer = allowed === undefined ? undefined : signingKey(block, allowed, now);
    if (signer === undefined) continue;
    if (block.signed['_type'] === 'layout') return { owner: owner.id, signer, link: undefined };
    try {
      const link = parseLink(block.signed);
      return link.name === step.name ? { owner: owner.id, signer, link } : { why: 'other-step' };
    } catch (error) {
      if (error instanceof VerifyError) return { why: 'unreadable' };
      throw error;
    }
  }
  return { why: 'not-authorised' };
}

/** The key as far as the step allows it: whole with its subkeys, or only subkeys that the step names. */
function authorised(key: InTotoKey, { keyIds }: Step): InTotoKey | undefined {
  if (keyIds.includes(key.id)) return key;
  const [first, ...rest] = key.subkeys.filter(({ id }) => keyIds.includes(id));
  return first === undefined ? undefined : { ...first, subkeys: rest };
}

function stepProblems(step: Step, found: readonly StepLink[]): LayoutProblem[] {
  const keys = [...new Set(found.map(({ owner }) => owner))].sort();
  const [first, ...others] = found;
  if (first === undefined || keys.length < step.threshold) {
    return [{ reason: 'threshold', step: step.name, needed: step.threshold, keys }];
  }
  const agree = others.every(
    ({ link }) =>
      equalArtifacts(first.link.materials, link.materials) &&
      equalArtifacts(first.link.products, link.products),
  );
  return agree ? [] : [{ reason: 'disagreement', step: step.name, keys }];
}

function ruleProblems(
  item: string,
  materials: readonly Rule[],
  products: readonly Rule[],
  link: Pick<Link, 'materials' | 'products'>,
  links: ReadonlyMap<string, Pick<Link, 'materials' | 'products'>>,
  budget: GlobBudget,
): LayoutProblem[] {
  const sides = { materials, products };
  return (['materials', 'products'] as const).flatMap((side) => {
    const broken = brokenRule(sides[side], link, side, links, budget);
    if (broken === undefined) return [];
    return [{ reason: 'rule' as const, item, side, rule: broken.rule.text, path: broken.path }];
  });
}

function verifySublayout(
  block: InTotoBlock,
  question: LayoutQuestion,
  budget: GlobBudget,
  blocks: { remaining: number },
  depth: number,
): LayoutVerdict {
  if (depth >= MAX_DEPTH) throw new VerifyError('LIMIT_EXCEEDED', 'layouts nest too deep');
  return verify(block, question, budget, blocks, depth + 1);
}

function refused(problems: readonly LayoutProblem[]): LayoutVerdict {
  return {
    accepted: false,
    problems,
    inspectionsNotRun: [],
    ignored: [],
    otherCommands: [],
    summary: undefined,
  };
}

function equalStrings(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
