import { canonicalJson, isJsonObject, parseJson, type JsonValue } from '@selfsame/verify';

/** A value that differs, and where: `$.metadata.timestamp`. */
export interface JsonChange {
  readonly path: string;
  /** The name of the innermost member around it; empty at the top. */
  readonly key: string;
  /** As JSON; undefined: not there. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** The same members or items in another order. */
export interface JsonOrder {
  readonly path: string;
  readonly of: 'JSON members' | 'JSON items';
  /** The first that is elsewhere. */
  readonly a: string;
  readonly b: string;
}

/** What differs between two documents as data. */
export interface JsonChanges {
  readonly changes: readonly JsonChange[];
  /** Those beyond the bound. */
  readonly more: number;
  readonly orders: readonly JsonOrder[];
}

/** Bytes of documents that are read. */
export const jsonBytes = 2 * 2 ** 20;
const maximumChanges = 100;
const maximumOrders = 20;
/** Items of arrays that are looked for elsewhere, and characters of values that are shown. */
const maximumItems = 20_000;
const shownCharacters = 300;

/**
 * What differs between two JSON documents (RFC 8259); undefined: one is none, or they are the same data written in
 * another way. Documents that readers could take in two ways count as none.
 */
export function jsonChanges(a: Uint8Array, b: Uint8Array): JsonChanges | undefined {
  const [documentA, documentB] = [read(a), read(b)];
  if (documentA === undefined || documentB === undefined) return undefined;
  const found = new Changes();
  found.compare(documentA, documentB, '$', '');
  return found.changes.length + found.orders.length === 0 ? undefined : found;
}

/** Whether the first character that counts is `{` or `[`. */
export function beginsAsJson(head: Uint8Array): boolean {
  const first = head.find((byte) => byte > 32);
  return first === 0x7b || first === 0x5b;
}

function read(bytes: Uint8Array): JsonValue | undefined {
  if (bytes.length > jsonBytes || !beginsAsJson(bytes)) return undefined;
  try {
    return parseJson(bytes, { maxBytes: jsonBytes });
  } catch {
    return undefined;
  }
}

class Changes implements JsonChanges {
  readonly changes: JsonChange[] = [];
  readonly orders: JsonOrder[] = [];
  more = 0;

  compare(a: JsonValue, b: JsonValue, path: string, key: string): void {
    if (a === b) return;
    if (isArray(a) && isArray(b)) this.#arrays(a, b, path, key);
    else if (isJsonObject(a) && isJsonObject(b)) {
      const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
      this.#order(
        keysA.filter((name) => name in b),
        keysB.filter((name) => name in a),
        path,
        'JSON members',
      );
      for (const name of new Set([...keysA, ...keysB])) {
        const [inA, inB] = [a[name], b[name]];
        const inner = `${path}${memberName(name)}`;
        if (inA === undefined || inB === undefined) this.#change(inner, name, inA, inB);
        else this.compare(inA, inB, inner, name);
      }
    } else this.#change(path, key, a, b);
  }

  #arrays(a: readonly JsonValue[], b: readonly JsonValue[], path: string, key: string): void {
    const [textsA, textsB] = [textsOf(a), textsOf(b)];
    if (textsA !== undefined && textsB !== undefined && haveSame(textsA, textsB)) {
      this.#order(textsA, textsB, path, 'JSON items');
      // Members of the items may be in another order, too.
      if (textsA.every((text, index) => text === textsB[index]))
        for (const [index, item] of a.entries())
          this.compare(item, b[index] ?? null, `${path}[${index}]`, key);
      return;
    }
    for (let index = 0; index < Math.max(a.length, b.length); index++) {
      const [inA, inB] = [a[index], b[index]];
      const inner = `${path}[${index}]`;
      if (inA === undefined || inB === undefined) this.#change(inner, key, inA, inB);
      else this.compare(inA, inB, inner, key);
    }
  }

  #change(path: string, key: string, a: JsonValue | undefined, b: JsonValue | undefined): void {
    if (this.changes.length >= maximumChanges) this.more += 1;
    else this.changes.push({ path, key, a: shown(a), b: shown(b) });
  }

  #order(a: readonly string[], b: readonly string[], path: string, of: JsonOrder['of']): void {
    const at = a.findIndex((name, index) => name !== b[index]);
    if (at === -1 || this.orders.length >= maximumOrders) return;
    this.orders.push({ path, of, a: cut(a[at] ?? ''), b: cut(b[at] ?? '') });
  }
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Equal for equal data, whatever the order of members; undefined: too many. */
function textsOf(items: readonly JsonValue[]): string[] | undefined {
  return items.length > maximumItems ? undefined : items.map((item) => canonicalJson(item));
}

function haveSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const sortedB = [...b].sort();
  return [...a].sort().every((text, index) => text === sortedB[index]);
}

function memberName(name: string): string {
  return /^[A-Za-z_$][\w$-]{0,63}$/.test(name) ? `.${name}` : `[${JSON.stringify(cut(name))}]`;
}

function shown(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}…` : text;
}
