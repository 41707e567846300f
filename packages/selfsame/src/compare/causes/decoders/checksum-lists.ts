/**
 * Whether these are two lists of the checksums of the same files that are sorted by checksum, as `md5sum … | sort` makes
 * them: where one file differs, its line stands elsewhere, and all that differs follows.
 */
export function areSortedByChecksum(a: Uint8Array, b: Uint8Array): boolean {
  const [inA, inB] = [sortedNames(a), sortedNames(b)];
  if (inA === undefined || inB === undefined || inA.size !== inB.size) return false;
  for (const name of inA) if (!inB.has(name)) return false;
  return true;
}

const known = new WeakMap<Uint8Array, ReadonlySet<string> | undefined>();

/** The names, if each line is a checksum and a name that no other has, and the lines are in order; the list is remembered. */
function sortedNames(bytes: Uint8Array): ReadonlySet<string> | undefined {
  if (!known.has(bytes)) known.set(bytes, readSorted(bytes));
  return known.get(bytes);
}

const line = /^((?:[\da-f]{2}){16,64}) [ *](.+)$/;

function readSorted(bytes: Uint8Array): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let last = '';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!text.endsWith('\n')) return undefined;
  for (const one of text.slice(0, -1).split('\n')) {
    const [, digest = '', name = ''] = line.exec(one) ?? [];
    if (digest === '' || digest < last || names.has(name)) return undefined;
    if (last !== '' && digest.length !== last.length) return undefined;
    last = digest;
    names.add(name);
  }
  // Two lines are in order as often as not.
  return names.size < 4 ? undefined : names;
}
