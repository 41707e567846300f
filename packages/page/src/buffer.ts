// What packages/verify uses of Node.js's Buffer, for browsers. Put in its place by the bundler.

type Encoding = 'hex' | 'base64' | 'base64url' | 'latin1' | 'utf8';

/** Bytes out of base64; nothing for what is none, since every caller encodes again and compares. */
function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function bytesOf(data: string | ArrayLike<number>, encoding: Encoding = 'utf8'): ArrayLike<number> {
  if (typeof data !== 'string') return data;
  switch (encoding) {
    case 'hex':
      return (data.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    case 'base64':
      return fromBase64(data);
    case 'base64url':
      return fromBase64(data.replaceAll('-', '+').replaceAll('_', '/'));
    case 'latin1':
      return Array.from(data, (character) => character.charCodeAt(0) & 0xff);
    case 'utf8':
      return new TextEncoder().encode(data);
  }
}

class PageBuffer extends Uint8Array {
  static alloc(size: number): PageBuffer {
    return new PageBuffer(size);
  }

  static concat(parts: readonly Uint8Array[]): PageBuffer {
    const all = new PageBuffer(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** As memcmp, a prefix first. */
  static compare(a: Uint8Array, b: Uint8Array): number {
    const length = Math.min(a.length, b.length);
    for (let at = 0; at < length; at += 1) {
      const order = (a[at] as number) - (b[at] as number);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }

  writeBigUInt64BE(value: bigint): void {
    new DataView(this.buffer, this.byteOffset).setBigUint64(0, value);
  }

  readBigUInt64BE(): bigint {
    return new DataView(this.buffer, this.byteOffset).getBigUint64(0);
  }

  override toString(encoding: Encoding = 'utf8'): string {
    if (encoding === 'hex') {
      return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    if (encoding === 'utf8') return new TextDecoder().decode(this);
    let binary = '';
    // Long lists of arguments overflow the stack.
    for (let at = 0; at < this.length; at += 8192) {
      binary += String.fromCharCode(...this.subarray(at, at + 8192));
    }
    if (encoding === 'latin1') return binary;
    const base64 = btoa(binary);
    return encoding === 'base64'
      ? base64
      : base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  }
}

/** Only what is named here: anything else that is called fails the page's tests. */
export const Buffer = {
  from(data: string | ArrayLike<number>, encoding?: Encoding): PageBuffer {
    const bytes = bytesOf(data, encoding);
    const copy = new PageBuffer(bytes.length);
    copy.set(bytes);
    return copy;
  },
  byteLength: (data: string): number => new TextEncoder().encode(data).length,
  alloc: (size: number): PageBuffer => PageBuffer.alloc(size),
  concat: (parts: readonly Uint8Array[]): PageBuffer => PageBuffer.concat(parts),
  compare: (a: Uint8Array, b: Uint8Array): number => PageBuffer.compare(a, b),
};
