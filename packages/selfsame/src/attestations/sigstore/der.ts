import { SelfsameError } from '../../errors/selfsame-error.js';

/** One element of DER (X.690). */
export interface DerElement {
  /** The identifier octet. */
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that bytes are made of, one after the other: `CERTIFICATE_INVALID` unless they fit exactly. */
export function derElements(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0xff;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      length = bytes.subarray(start, start + count).reduce((value, byte) => value * 256 + byte, 0);
      start += count;
      // One length has one spelling, the shortest; none is left open.
      if (length < (count <= 1 ? 0x80 : 256 ** (count - 1))) throw invalid();
    }
    if ((tag & 0x1f) === 0x1f || start + length > bytes.length) throw invalid();
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

function invalid(): SelfsameError {
  return new SelfsameError('CERTIFICATE_INVALID', 'the certificate is not DER');
}
