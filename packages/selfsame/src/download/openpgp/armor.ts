const armorHead = '-----BEGIN PGP ';

/**
 * The binary packets of an OpenPGP file that may be ASCII-armored (RFC 9580 §6). Several armor blocks in one
 * file are joined, as in keyrings made with `cat`. Undefined when the armor is damaged.
 */
export function dearmor(bytes: Uint8Array): Buffer | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > 0 && (buffer[0] ?? 0) >= 0x80) return buffer;
  const lines = buffer.toString('latin1').split(/\r?\n/);
  const parts: Buffer[] = [];
  for (let index = 0; index < lines.length; index++) {
    const head = /^-----BEGIN PGP ([A-Z ]+)-----\s*$/.exec(lines[index] ?? '');
    if (head === null) continue;
    const tail = `-----END PGP ${head[1] ?? ''}-----`;
    let cursor = index + 1;
    while (/^[A-Za-z][A-Za-z-]*: /.test(lines[cursor] ?? '')) cursor++;
    const body: string[] = [];
    for (; cursor < lines.length; cursor++) {
      const line = (lines[cursor] ?? '').trim();
      if (line === tail || line.startsWith('=')) break;
      if (line.startsWith('-----')) return undefined;
      body.push(line);
    }
    while (cursor < lines.length && (lines[cursor] ?? '').trim() !== tail) cursor++;
    if (cursor >= lines.length) return undefined;
    const base64 = body.join('');
    // Buffer.from drops what is not base64 without a word.
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64))
      return undefined;
    parts.push(Buffer.from(base64, 'base64'));
    index = cursor;
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts);
}

/** True for text with an armor header. */
export function isArmored(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4096)).toString('latin1').includes(armorHead);
}

/**
 * Checks the outer form of a clear-signed message (RFC 9580 §7): it begins with its header line, holds exactly
 * one message and one signature, and nothing follows. What is not covered by the signature thus cannot be
 * taken for content.
 */
export function isSingleClearSigned(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  if (!/^-----BEGIN PGP SIGNED MESSAGE-----\r?\n/.test(text)) return false;
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return (
    count(/^-----BEGIN PGP SIGNED MESSAGE-----/gm) === 1 &&
    count(/^-----BEGIN PGP SIGNATURE-----/gm) === 1 &&
    count(/^-----END PGP SIGNATURE-----/gm) === 1 &&
    /\n-----END PGP SIGNATURE-----\s*$/.test(text)
  );
}
