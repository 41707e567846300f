// SHA-256 and SHA-512 (FIPS 180-4), incremental. 64-bit words are pairs of 32-bit halves.

/** Fractional bits of roots of the first primes, from which all constants come (FIPS 180-4 §4.2, §5.3). */
function primes(count: number): readonly number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n += 1) {
    if (found.every((prime) => n % prime !== 0)) found.push(n);
  }
  return found;
}

/** The first 64 bits after the point of the square (2) or cube (3) root of a prime. */
function fraction(prime: number, root: 2 | 3): bigint {
  const scaled = BigInt(prime) << BigInt(64 * root);
  let low = 0n;
  let high = 1n << 70n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(root) <= scaled) low = middle;
    else high = middle;
  }
  return low & 0xffffffffffffffffn;
}

const K64 = primes(80).map((prime) => fraction(prime, 3));
const H64 = primes(8).map((prime) => fraction(prime, 2));
const K32 = Int32Array.from(K64.slice(0, 64), (k) => Number(k >> 32n) | 0);

/** A digest being computed: `update` any number of times, then `digest` once. */
export interface Sha2 {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** Cuts what comes into blocks and pads the end (FIPS 180-4 §5.1). */
function hash(
  blockBytes: 64 | 128,
  compress: (block: Uint8Array, offset: number) => void,
  result: () => Uint8Array,
): Sha2 {
  const rest = new Uint8Array(blockBytes);
  let filled = 0;
  let total = 0;
  const update = (bytes: Uint8Array): void => {
    total += bytes.length;
    let at = 0;
    if (filled > 0) {
      at = Math.min(blockBytes - filled, bytes.length);
      rest.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < blockBytes) return;
      compress(rest, 0);
      filled = 0;
    }
    for (; at + blockBytes <= bytes.length; at += blockBytes) compress(bytes, at);
    rest.set(bytes.subarray(at));
    filled = bytes.length - at;
  };
  return {
    update,
    digest() {
      const bits = BigInt(total) * 8n;
      const end = new Uint8Array(
        blockBytes * (filled + 1 + blockBytes / 8 > blockBytes ? 2 : 1) - filled,
      );
      end[0] = 0x80;
      new DataView(end.buffer).setBigUint64(end.length - 8, bits);
      update(end);
      return result();
    },
  };
}

/** SHA-256 (FIPS 180-4 §6.2). */
export function sha256(): Sha2 {
  const state = Int32Array.from(H64, (h) => Number(h >> 32n) | 0);
  const w = new Int32Array(64);
  const compress = (block: Uint8Array, offset: number): void => {
    for (let t = 0; t < 16; t += 1) {
      const at = offset + t * 4;
      w[t] =
        ((block[at] as number) << 24) |
        ((block[at + 1] as number) << 16) |
        ((block[at + 2] as number) << 8) |
        (block[at + 3] as number);
    }
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15] as number;
      const y = w[t - 2] as number;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K32[t] as number) + (w[t] as number)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index] = ((state[index] as number) + word) | 0;
    });
  };
  return hash(64, compress, () => {
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    state.forEach((word, index) => view.setInt32(index * 4, word));
    return bytes;
  });
}

/** SHA-512 (FIPS 180-4 §6.4). */
export function sha512(): Sha2 {
  const state = [...H64];
  const word = (value: bigint): bigint => BigInt.asUintN(64, value);
  const turn = (x: bigint, by: bigint): bigint => word((x >> by) | (x << (64n - by)));
  const compress = (block: Uint8Array, offset: number): void => {
    const view = new DataView(block.buffer, block.byteOffset + offset, 128);
    const w = Array.from({ length: 16 }, (_, t) => view.getBigUint64(t * 8));
    for (let t = 16; t < 80; t += 1) {
      const x = w[t - 15] as bigint;
      const y = w[t - 2] as bigint;
      const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n);
      const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
      w[t] = word((w[t - 16] as bigint) + s0 + (w[t - 7] as bigint) + s1);
    }
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    for (let t = 0; t < 80; t += 1) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const t1 = h + s1 + ((e & f) ^ (word(~e) & g)) + (K64[t] as bigint) + (w[t] as bigint);
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, word(d + t1), c, b, a, word(t1 + t2)];
    }
    [a, b, c, d, e, f, g, h].forEach((value, index) => {
      state[index] = word((state[index] as bigint) + value);
    });
  };
  return hash(128, compress, () => {
    const bytes = new Uint8Array(64);
    const view = new DataView(bytes.buffer);
    state.forEach((value, index) => view.setBigUint64(index * 8, value));
    return bytes;
  });
}
