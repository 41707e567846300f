import type { Layer } from '../layers/layer.js';
import { unpackOrder } from './compose.js';
import { parseRelations } from './version.js';

/**
 * Splits the packages of one stage so that a script which runs before unpacking (preinst) finds what it
 * needs configured (Pre-Depends, Debian Policy 7.2): a package that has such a script and pre-depends on
 * another of the stage comes in a later wave than that one, and with it all that depend on it. Nearly
 * always there is one wave. Where packages pre-depend on each other in a circle no split is possible, and
 * they stay together.
 */
export function planWaves(layers: readonly Layer[]): Layer[][] {
  const sorted = unpackOrder(layers);
  if (!sorted.some((layer) => layer.hasPreinst)) return [sorted];
  const providers = new Map<string, Set<Layer>>();
  for (const layer of sorted) {
    const provided = parseRelations(layer.fields.get('provides')).map(({ name }) => name);
    for (const name of [layer.name, ...provided]) {
      providers.set(name, (providers.get(name) ?? new Set()).add(layer));
    }
  }
  const needs = (layer: Layer, ...fields: readonly string[]): Layer[] =>
    fields
      .flatMap((field) => parseRelations(layer.fields.get(field)))
      .flatMap(({ name }) => [...(providers.get(name) ?? [])])
      .filter((other) => other !== layer);

  const later = new Set(
    sorted.filter((layer) => layer.hasPreinst && needs(layer, 'pre-depends').length > 0),
  );
  if (later.size === 0) return [sorted];
  for (let grown = true; grown;) {
    grown = false;
    for (const layer of sorted) {
      if (later.has(layer)) continue;
      if (needs(layer, 'depends', 'pre-depends').some((other) => later.has(other))) {
        later.add(layer);
        grown = true;
      }
    }
  }
  const first = sorted.filter((layer) => !later.has(layer));
  if (first.length === 0) return [sorted];
  return [first, ...planWaves([...later])];
}
