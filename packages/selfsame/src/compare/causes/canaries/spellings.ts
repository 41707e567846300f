/** How a text value can stand in an artifact. All are latin1 strings: one character per byte. */
export interface Spelling {
  readonly name: string;
  readonly text: string;
}

/** The value as it is, in UTF-16, hexadecimal, base64 at each alignment, percent-encoded, or as part of a name. */
export function spellingsOf(value: string): readonly Spelling[] {
  const bytes = Buffer.from(value, 'utf8');
  const wide = Buffer.from(value, 'utf16le');
  const spellings: Spelling[] = [
    { name: 'as it is', text: latin1(bytes) },
    { name: 'UTF-16', text: latin1(wide) },
    { name: 'UTF-16, big-endian', text: latin1(Buffer.from(wide).swap16()) },
    { name: 'hexadecimal', text: bytes.toString('hex') },
    { name: 'hexadecimal', text: bytes.toString('hex').toUpperCase() },
    ...base64Spellings(bytes),
    { name: 'percent-encoded', text: encodeURIComponent(value) },
    { name: 'percent-encoded', text: value.split('/').map(encodeURIComponent).join('/') },
    { name: 'percent-encoded', text: latin1(bytes).replace(/[\s\S]/g, percent) },
    { name: 'JSON', text: value.replaceAll('/', '\\/') },
    { name: 'shell', text: value.replace(/[^\w./:@%+=,-]/g, '\\$&') },
  ];
  // As part of a file name: /home/me/x becomes home-me-x or home_me_x.
  if (value.startsWith('/'))
    for (const mark of ['-', '_', '.', '#', '!'])
      spellings.push({ name: 'mangled', text: value.slice(1).replaceAll('/', mark) });
  spellings.push({ name: 'lower case', text: value.toLowerCase() });
  spellings.push({ name: 'upper case', text: value.toUpperCase() });
  const seen = new Set<string>();
  return spellings.filter(({ text }) => {
    // Less than this is in everything.
    if (text.length < 3 || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** The characters that do not depend on what stands before and after, at each of the three alignments. */
function base64Spellings(bytes: Buffer): readonly Spelling[] {
  if (bytes.length < 5) return [];
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const head = [0, 2, 3][shift] ?? 0;
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    const text = encoded.slice(head, whole);
    const url = text.replaceAll('+', '-').replaceAll('/', '_');
    return [{ name: 'base64', text }, ...(url === text ? [] : [{ name: 'base64', text: url }])];
  });
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}
