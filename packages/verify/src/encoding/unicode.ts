// With the u flag a surrogate pair is one code point, so only lone surrogates have category Cs.
const LONE_SURROGATE = /\p{Cs}/u;

/** True when the string holds a surrogate without its partner, which has no UTF-8 form. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}
