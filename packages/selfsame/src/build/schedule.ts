/** One item of a graph, by its key. */
export type Settled = 'done' | 'failed' | 'skipped';

export interface ScheduleOptions {
  /** How many may run at once, at least 1. */
  readonly jobs: number;
  /** After a failure, go on with everything that does not need what failed; else start nothing new. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  /** Of the ready items' positions in `order`, ascending, the index of the one to start; for tests. Default: the first. */
  readonly pick?: (ready: number) => number;
}

/**
 * Runs a graph: every item after what it needs, up to `jobs` at once, ties in the order given.
 * `run` says whether the item succeeded and must not reject for expected failures; a rejection stops
 * everything and is passed on once what runs has ended. `skip` is called for every item that is not
 * run, with the key of the failed item that kept it from running (undefined: only the stop did).
 */
export async function runGraph(
  order: readonly string[],
  needsOf: (key: string) => readonly string[],
  run: (key: string) => Promise<boolean>,
  skip: (key: string, because: string | undefined) => void,
  options: ScheduleOptions,
): Promise<void> {
  const missing = new Map<string, number>();
  const neededBy = new Map<string, string[]>();
  const position = new Map<string, number>();
  order.forEach((key, index) => {
    position.set(key, index);
    const needs = [...new Set(needsOf(key))];
    missing.set(key, needs.length);
    for (const need of needs) {
      const list = neededBy.get(need);
      if (list === undefined) neededBy.set(need, [key]);
      else list.push(key);
    }
  });
  const ready = new ReadyList(
    order.map((key, index) => (missing.get(key) === 0 ? index : -1)).filter((index) => index >= 0),
  );
  const settled = new Map<string, Settled>();
  const blame = new Map<string, string>();
  let stopped = false;
  let failure: { readonly error: unknown } | undefined;
  let running = 0;

  const settle = (key: string, how: Settled) => {
    settled.set(key, how);
    for (const other of neededBy.get(key) ?? []) {
      if (how !== 'done' && !blame.has(other))
        blame.set(other, how === 'failed' ? key : (blame.get(key) ?? key));
      const left = (missing.get(other) ?? 0) - 1;
      missing.set(other, left);
      if (left === 0) ready.add(position.get(other) ?? 0);
    }
  };

  await new Promise<void>((resolve) => {
    const advance = () => {
      while (running < options.jobs && ready.size > 0 && !stopped && !options.signal.aborted) {
        const key = order[ready.take(options.pick)] ?? '';
        const because = blame.get(key);
        if (because !== undefined) {
          skip(key, because);
          settle(key, 'skipped');
          continue;
        }
        running += 1;
        run(key).then(
          (ok) => {
            running -= 1;
            settle(key, ok ? 'done' : 'failed');
            if (!ok && !options.keepGoing) stopped = true;
            advance();
          },
          (error: unknown) => {
            running -= 1;
            failure ??= { error };
            stopped = true;
            advance();
          },
        );
      }
      if (running === 0) resolve();
    };
    advance();
  });
  if (failure !== undefined) throw failure.error;
  for (const key of order) {
    if (settled.has(key)) continue;
    skip(key, blame.get(key));
    settle(key, 'skipped');
  }
}

/** Positions that may start, smallest first: a binary heap, so that 10,000 items cost n·log n. */
class ReadyList {
  private readonly heap: number[];

  constructor(sorted: readonly number[]) {
    this.heap = [...sorted];
  }

  get size(): number {
    return this.heap.length;
  }

  add(value: number): void {
    const heap = this.heap;
    heap.push(value);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((heap[parent] ?? 0) <= value) break;
      heap[child] = heap[parent] ?? 0;
      child = parent;
    }
    heap[child] = value;
  }

  take(pick: ((ready: number) => number) | undefined): number {
    const heap = this.heap;
    if (pick !== undefined) {
      heap.sort((a, b) => a - b);
      const [taken] = heap.splice(pick(heap.length), 1);
      return taken ?? 0;
    }
    const first = heap[0] ?? 0;
    const last = heap.pop() ?? 0;
    if (heap.length === 0) return first;
    let parent = 0;
    for (;;) {
      let child = parent * 2 + 1;
      if (child >= heap.length) break;
      if ((heap[child + 1] ?? Infinity) < (heap[child] ?? 0)) child += 1;
      if ((heap[child] ?? 0) >= last) break;
      heap[parent] = heap[child] ?? 0;
      parent = child;
    }
    heap[parent] = last;
    return first;
  }
}
