import {
  equalDigests,
  type Artifacts,
  type FieldPath,
  type JsonValue,
  type Link,
} from '@selfsame/verify';
import { parseStrings, read } from './fields.js';
import { matches, type GlobBudget } from './glob.js';

type Side = 'materials' | 'products';

/** An artifact rule (in-toto specification 1.0 §4.3.3). `text` is how the layout writes it. */
export type Rule = { readonly text: readonly string[] } & (
  | {
      readonly kind: 'create' | 'delete' | 'modify' | 'allow' | 'disallow' | 'require';
      readonly pattern: string;
    }
  | {
      readonly kind: 'match';
      readonly pattern: string;
      readonly sourcePrefix: string;
      readonly side: Side;
      readonly targetPrefix: string;
      readonly step: string;
    }
);

const simple = ['create', 'delete', 'modify', 'allow', 'disallow', 'require'] as const;

/** Reads a rule; key words in any case, as in-toto does. Throws `METABLOCK_INVALID`. */
export function parseRule(value: JsonValue, path: FieldPath): Rule {
  const text = parseStrings(value, path);
  const [word = '', pattern = '', ...rest] = text;
  const kind = simple.find((known) => known === word.toLowerCase());
  if (kind !== undefined && text.length === 2) return { text, kind, pattern };
  // MATCH pattern [IN prefix] WITH (MATERIALS|PRODUCTS) [IN prefix] FROM step
  const take = (expected: string): string | undefined =>
    rest[0]?.toLowerCase() === expected ? rest.splice(0, 2)[1] : undefined;
  const sourcePrefix = take('in') ?? '';
  const side = take('with')?.toLowerCase();
  const targetPrefix = take('in') ?? '';
  const step = take('from');
  if (word.toLowerCase() !== 'match' || step === undefined || rest.length > 0) {
    read.fail('not an artifact rule', path);
  }
  if (side !== 'materials' && side !== 'products')
    read.fail('neither materials nor products', path);
  if (`${sourcePrefix}${targetPrefix}`.includes('\\')) read.fail('a backslash in a prefix', path);
  return { text, kind: 'match', pattern, sourcePrefix, side, targetPrefix, step };
}

/**
 * Applies rules to one side of a link, in order: each takes out of the queue what it explains; DISALLOW and
 * REQUIRE look at what is left. What no rule explains is allowed, as in-toto has it. Returns the first rule
 * that is broken and by which path, or undefined.
 */
export function brokenRule(
  rules: readonly Rule[],
  link: Pick<Link, Side>,
  side: Side,
  links: ReadonlyMap<string, Pick<Link, Side>>,
  budget: GlobBudget,
): { readonly rule: Rule; readonly path: string } | undefined {
  const { materials, products } = link;
  const queue = new Set(Object.keys(link[side]));
  for (const rule of rules) {
    if (rule.kind === 'require') {
      // in-toto takes the name as it is, not as a pattern.
      if (!queue.has(rule.pattern)) return { rule, path: rule.pattern };
      continue;
    }
    for (const path of queue) {
      // One of both, since the queue is one side of the link.
      const inMaterials = Object.hasOwn(materials, path);
      const inProducts = Object.hasOwn(products, path);
      let explained: boolean;
      if (rule.kind === 'match') {
        explained = isMatched(rule, path, link[side], links.get(rule.step)?.[rule.side], budget);
      } else {
        if (!matches(rule.pattern, path, budget)) continue;
        if (rule.kind === 'disallow') return { rule, path };
        const isSame = equalDigests(materials[path], products[path]);
        explained =
          rule.kind === 'allow' ||
          (rule.kind === 'create' && !inMaterials) ||
          (rule.kind === 'delete' && !inProducts) ||
          (rule.kind === 'modify' && inMaterials && inProducts && !isSame);
      }
      if (explained) queue.delete(path);
    }
  }
  return undefined;
}

function isMatched(
  rule: Rule & { readonly kind: 'match' },
  path: string,
  source: Artifacts,
  target: Artifacts | undefined,
  budget: GlobBudget,
): boolean {
  const prefix = folder(rule.sourcePrefix);
  if (target === undefined || !path.startsWith(prefix)) return false;
  const rest = path.slice(prefix.length);
  const name = folder(rule.targetPrefix) + rest;
  return matches(rule.pattern, rest, budget) && equalDigests(source[path], target[name]);
}

function folder(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
