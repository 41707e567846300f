import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Alias, Node } from 'yaml';
import type { Complaints } from './complaints.js';
import type { YamlLimits } from './limits.js';
import { keyText, rangeOf } from './nodes.js';
import { quote } from './quote.js';

/** From nodes to plain data, counting what aliases expand to. */
export class Conversion {
  readonly aliasTargets = new Map<Alias, Node>();
  readonly #limits: YamlLimits;
  readonly #complaints: Complaints;
  readonly #anchors = new Map<string, { node: Node; value: unknown; nodes: number }>();
  #aliases = 0;
  #nodes = 0;
  #full = false;

  constructor(limits: YamlLimits, complaints: Complaints) {
    this.#limits = limits;
    this.#complaints = complaints;
  }

  convert(node: Node, depth: number): { value: unknown; nodes: number } {
    const [start, end] = rangeOf(node);
    if (isAlias(node)) return this.#alias(node, start, end);
    if (depth > this.#limits.depth) {
      this.#limit(
        `nested deeper than ${this.#limits.depth} levels`,
        start,
        'flatten the structure',
      );
      return { value: null, nodes: 1 };
    }
    const before = this.#nodes;
    this.#count(1, start);
    let value: unknown = null;
    if (isScalar(node)) value = node.value;
    else if (isSeq(node)) value = this.#sequence(node.items, depth, start);
    else if (isMap(node)) value = this.#mapping(node.items, depth, start);
    const nodes = this.#nodes - before;
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, value, nodes });
    return { value, nodes };
  }

  #sequence(items: readonly unknown[], depth: number, start: number): unknown[] {
    const value: unknown[] = [];
    for (const item of items) {
      if (this.#full) break;
      if (isPair(item)) {
        // `[a: b]`: a mapping of one pair without braces.
        value.push(this.#mapping([item], depth + 1, start));
      } else {
        value.push(this.convert(item as Node, depth + 1).value);
      }
    }
    return value;
  }

  #mapping(
    items: readonly { key: unknown; value: unknown }[],
    depth: number,
    start: number,
  ): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const pair of items) {
      if (this.#full) break;
      const keyNode = pair.key as Node | null;
      const [keyStart, keyEnd] = keyNode === null ? [start, start + 1] : rangeOf(keyNode);
      this.#count(1, keyStart);
      if (!isScalar(keyNode)) {
        this.#complaints.add('YAML_REFUSED', 'a key must be plain text', keyStart, keyEnd);
        continue;
      }
      const key = keyText(keyNode);
      if (key === '<<' || key === '__proto__') {
        const hint = key === '<<' ? 'write the keys out' : 'choose another name';
        this.#complaints.add('YAML_REFUSED', `key "${key}" is not allowed`, keyStart, keyEnd, hint);
        continue;
      }
      if (seen.has(key)) {
        const message = `key ${quote(key)} is given twice`;
        this.#complaints.add('DUPLICATE_KEY', message, keyStart, keyEnd, 'remove one of the two');
        continue;
      }
      seen.add(key);
      value[key] = pair.value === null ? null : this.convert(pair.value as Node, depth + 1).value;
    }
    return value;
  }

  #alias(node: Alias, start: number, end: number): { value: unknown; nodes: number } {
    if (++this.#aliases > this.#limits.aliases) {
      this.#limit(`more than ${this.#limits.aliases} aliases`, start, 'write the values out');
      return { value: null, nodes: 1 };
    }
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      this.#complaints.add(
        'YAML_REFUSED',
        `alias ${quote('*' + node.source)} refers to nothing before it`,
        start,
        end,
        `define the anchor &${node.source} on an earlier value that does not contain the alias`,
      );
      return { value: null, nodes: 1 };
    }
    this.aliasTargets.set(node, target.node);
    this.#count(target.nodes, start);
    return target;
  }

  #count(nodes: number, at: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#limits.nodes) {
      this.#limit(`more than ${this.#limits.nodes} values with aliases expanded`, at, 'write less');
    }
  }

  /** A bound that was reached once is said once. */
  #limit(message: string, at: number, hint: string): void {
    if (this.#full) return;
    this.#full = true;
    this.#complaints.add('YAML_LIMIT', message, at, at + 1, hint);
  }
}
