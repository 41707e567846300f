import { emptyTreeHash, leafHash, nodeHash, treeHash } from '../log/merkle.js';
import { noteKey, type Note } from '../log/note.js';
import { formatCheckpoint, signNote, testKey } from './sign.js';

export const leaves = Array.from({ length: 600 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));

/** Largest power of two below n. */
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

// The definitions of RFC 6962 §2.1, word for word.
export function mth(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return emptyTreeHash();
  if (d.length === 1) return d[0] as Uint8Array;
  const k = split(d.length);
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}
export function path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...path(m, d.slice(0, k)), mth(d.slice(k))]
    : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
export function subproof(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

export const log = testKey('log');
export const logKey = noteKey('example.org/log', 'note', log.publicKey);
export const witnesses = ['w1', 'w2', 'w3'].map((name) =>
  noteKey(`${name}.example`, 'cosignature', testKey(name).publicKey),
);
export const text = formatCheckpoint({
  origin: logKey.name,
  size: 600,
  root: treeHash(leaves),
  extensions: [],
});
export const signed = (...signatures: Note['signatures']): Note => ({
  text,
  signatures: [signNote(text, logKey.name, log), ...signatures],
});
export const cosign = (name: string, time = 1_700_000_000) =>
  signNote(text, `${name}.example`, testKey(name), time);
