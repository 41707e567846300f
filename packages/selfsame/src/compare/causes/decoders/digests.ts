/** What a digest of so many hexadecimal digits most likely is. */
export function digestName(digits: number): string {
  return names[digits] ?? 'digest';
}

const names: Readonly<Record<number, string>> = {
  32: 'MD5',
  40: 'SHA-1',
  56: 'SHA-224',
  64: 'SHA-256',
  96: 'SHA-384',
  128: 'SHA-512',
};
