import type { Node, Scalar } from 'yaml';

/** A key as text: `8.2:` and `true:` are the keys "8.2" and "true", as they are written. */
export function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** Start of a node and end of its value, offsets in the text. */
export function rangeOf(node: Node): [number, number] {
  const range = node.range;
  return range ? [range[0], range[1]] : [0, 1];
}
