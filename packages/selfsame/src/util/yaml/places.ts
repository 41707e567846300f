import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Alias, Node } from 'yaml';
import type { SourceLocation } from '../../errors/selfsame-error.js';
import type { LineIndex } from './line-index.js';
import { keyText, rangeOf } from './nodes.js';
import { scalarOffsets } from './scalar-offsets.js';
import type { YamlPath } from './yaml-file.js';

/** A text as it was parsed. */
export interface Reading {
  readonly text: string;
  readonly root: Node | null;
  readonly value: unknown;
  readonly aliasTargets: ReadonlyMap<Alias, Node>;
  readonly lines: LineIndex;
}

export interface Found {
  readonly node: Node | null;
  /** Key that leads to the deepest value found, absent at the root and in sequences. */
  readonly key: Node | null;
  readonly complete: boolean;
}

/** Walks a path as far as it goes. */
export function find(reading: Reading, path: YamlPath): Found {
  let node: Node | null = reading.root;
  let key: Node | null = null;
  for (const part of path) {
    const target: Node | null = isAlias(node) ? (reading.aliasTargets.get(node) ?? null) : node;
    if (isMap(target)) {
      const pair = target.items.find((item) => isScalar(item.key) && keyText(item.key) === part);
      if (pair === undefined) return { node, key, complete: false };
      key = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(target) && typeof part === 'number' && part < target.items.length) {
      const item: unknown = target.items[part];
      key = null;
      node = (isPair(item) ? item.key : item) as Node;
    } else {
      return { node, key, complete: false };
    }
  }
  return { node, key, complete: true };
}

export function locate(reading: Reading, path: YamlPath, part: 'key' | 'value'): SourceLocation {
  const { node, key, complete } = find(reading, path);
  const chosen = (part === 'key' || !complete) && key !== null ? key : (node ?? key);
  if (chosen === null) return reading.lines.locate(0, 1);
  const [start, end] = rangeOf(chosen);
  // A mapping as a whole is pointed at by its first key, not by all of it.
  if (isMap(chosen) && !chosen.flow) {
    const first: unknown = chosen.items[0]?.key;
    if (isScalar(first)) return reading.lines.locate(...rangeOf(first));
  }
  // An empty value (`name:`) has no width: its key is what can be seen.
  if (start === end && key !== null) return reading.lines.locate(...rangeOf(key));
  return reading.lines.locate(start, end);
}

export function locateInString(
  reading: Reading,
  path: YamlPath,
  offset: number,
  length: number,
): SourceLocation {
  const { node: found } = find(reading, path);
  const node = isAlias(found) ? reading.aliasTargets.get(found) : found;
  if (!isScalar(node) || typeof node.value !== 'string') return locate(reading, path, 'value');
  const offsets = scalarOffsets(reading.text, node);
  const start = offsets[Math.min(offset, offsets.length - 1)] ?? rangeOf(node)[0];
  const last = offsets[Math.min(offset + length, offsets.length) - 1] ?? start;
  return reading.lines.locate(start, Math.max(start, last) + 1);
}
