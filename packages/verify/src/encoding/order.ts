/**
 * Orders strings as their UTF-8 bytes (RFC 3629) compare, which is the order of code points: negative, zero or
 * positive. JavaScript's own order is by UTF-16 units and differs above U+FFFF, `localeCompare` depends on the machine.
 */
export function compareBytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    let left = a.charCodeAt(index);
    let right = b.charCodeAt(index);
    if (left === right) continue;
    // Surrogates stand for code points above every other UTF-16 unit: lift them over U+E000..U+FFFF.
    if (left >= 0xd800 && left <= 0xdfff) left += 0x10000;
    if (right >= 0xd800 && right <= 0xdfff) right += 0x10000;
    return left - right;
  }
  return a.length - b.length;
}
