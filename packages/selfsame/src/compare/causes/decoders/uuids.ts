/** RFC 9562, section 4, as text. */
export const uuidPattern =
  /(?<![\da-f])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-f])/gi;

/** Which kind of UUID; undefined: one that is derived (versions 3, 5, 8), or none. */
export function uuidKind(text: string): string | undefined {
  const variant = Number.parseInt(text.charAt(19), 16) >> 2;
  const version = text.charAt(14);
  if (variant !== 2) return undefined;
  if (version === '4') return 'UUID version 4';
  if (version === '1' || version === '6') return `UUID version ${version}`;
  return version === '7' ? 'UUID version 7' : undefined;
}
