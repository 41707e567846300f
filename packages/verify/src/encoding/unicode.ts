/** True when the string holds a surrogate without its partner, which has no UTF-8 form (RFC 3629 §3). */
export function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed();
}
