import type { LockedEnvironment, LockedPackage } from './types.js';

/** What a new lock changes, by package name (`name:architecture` where it is not the environment's own). */
export interface LockDifference {
  readonly added: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly { readonly name: string; readonly version: string }[];
  readonly changed: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** Compares what is installed, whichever stage it is in. */
export function compareLocks(
  before: LockedEnvironment | undefined,
  after: LockedEnvironment,
): LockDifference {
  const old = byName(before);
  const current = byName(after);
  const added = [...current].filter(([name]) => !old.has(name));
  const removed = [...old].filter(([name]) => !current.has(name));
  const changed = [...current].flatMap(([name, { version, sha256 }]) => {
    const was = old.get(name);
    return was === undefined || was.sha256 === sha256
      ? []
      : [{ name, from: was.version, to: version }];
  });
  const plain = ([name, { version }]: [string, LockedPackage]) => ({ name, version });
  return { added: added.map(plain), removed: removed.map(plain), changed };
}

function byName(locked: LockedEnvironment | undefined): Map<string, LockedPackage> {
  const packages = (locked?.stages ?? []).flatMap((stage) => stage.packages);
  const own = (item: LockedPackage): boolean =>
    item.architecture === 'all' || item.architecture === locked?.architecture;
  return new Map(
    packages
      .map((item): [string, LockedPackage] => [
        own(item) ? item.name : `${item.name}:${item.architecture}`,
        item,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
