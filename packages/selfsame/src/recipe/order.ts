/** An order of builds, or one circle that prevents it. */
export type Ordered =
  | { readonly ok: true; readonly order: readonly string[] }
  | { readonly ok: false; readonly cycle: readonly string[] };

/**
 * Orders `needs` (each key with what it needs; all of them keys) so that every key follows what it
 * needs, ties in byte order of the keys: the same for the same graph, in n·log n. A circle is named
 * from its smallest key on, each followed by what it needs, without repeating the first.
 */
export function orderByNeeds(needs: ReadonlyMap<string, readonly string[]>): Ordered {
  const waitingFor = new Map<string, number>();
  const neededBy = new Map<string, string[]>();
  for (const [key, needed] of needs) {
    waitingFor.set(key, needed.length);
    for (const other of needed) {
      const users = neededBy.get(other);
      if (users === undefined) neededBy.set(other, [key]);
      else users.push(key);
    }
  }
  const ready = new SmallestFirst();
  for (const [key, count] of waitingFor) if (count === 0) ready.push(key);
  const order: string[] = [];
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    order.push(key);
    waitingFor.delete(key);
    for (const user of neededBy.get(key) ?? []) {
      const count = (waitingFor.get(user) ?? 0) - 1;
      waitingFor.set(user, count);
      if (count === 0) ready.push(user);
    }
  }
  if (order.length === needs.size) return { ok: true, order };
  return { ok: false, cycle: findCycle(needs, waitingFor) };
}

/** Every key in `left` needs another key in `left`, so following one leads round. */
function findCycle(
  needs: ReadonlyMap<string, readonly string[]>,
  left: ReadonlyMap<string, number>,
): string[] {
  const next = (key: string): string =>
    (needs.get(key) ?? []).filter((each) => left.has(each)).reduce((a, b) => (b < a ? b : a));
  const path = new Map<string, number>();
  let key = [...left.keys()].reduce((a, b) => (b < a ? b : a));
  while (!path.has(key)) {
    path.set(key, path.size);
    key = next(key);
  }
  const cycle = [...path.keys()].slice(path.get(key));
  const smallest = cycle.indexOf(cycle.reduce((a, b) => (b < a ? b : a)));
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
}

/** A binary heap of strings. */
class SmallestFirst {
  readonly #items: string[] = [];

  push(item: string): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] ?? '';
      if (above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): string | undefined {
    const items = this.#items;
    const smallest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return smallest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? '') < (items[child] ?? '')) child++;
      const below = items[child] ?? '';
      if (below >= last) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return smallest;
  }
}
