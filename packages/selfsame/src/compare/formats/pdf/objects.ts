import { FormatError, type Content, type FormatAccess } from '../format.js';
import { Finder } from './finder.js';

/** An indirect object, `5 0 obj … endobj` (ISO 32000-1, 7.3.10), with what follows until the next. */
export interface PdfObject {
  /** `object 5`, with the generation if there is one. */
  readonly name: string;
  readonly start: number;
  /** Its beginning, without the bytes of a stream: at most `longestDictionary` characters, one for each byte. */
  readonly text: string;
  readonly stream: { readonly start: number; readonly end: number } | undefined;
  /** What stands between a stream and `endobj`. */
  readonly tail: string;
  readonly end: number;
}

/** `xref`, `trailer`, `startxref` and comments between objects. */
export interface PdfRest {
  readonly start: number;
  readonly end: number;
}

const longestDictionary = 65_536;
const maximumTries = 64;

/** Characters of dictionaries, and of what is between objects, that are held of one document. */
const heldCharacters = 64 * 2 ** 20;

/** Counts what is held. @returns called with so many characters more; throws FormatError `too-large` */
export function boundHeld(): (characters: number) => void {
  let held = 0;
  return (characters) => {
    held += characters;
    if (held > heldCharacters)
      throw new FormatError('too-large', `has more than ${heldCharacters} bytes of dictionaries`);
  };
}

/**
 * Objects by scanning for them, as readers do that mend files: what tables of cross-references say is not believed.
 * Each search goes on where the last one ended.
 *
 * @throws FormatError `too-large` when there are more than may be
 */
export async function scanObjects(
  content: Content,
  access: FormatAccess,
): Promise<(PdfObject | PdfRest)[]> {
  const finder = new Finder(content, access);
  const found: (PdfObject | PdfRest)[] = [];
  let at = 0;
  let covered = 0;
  const hold = boundHeld();
  const most = Math.floor(access.maximumParts / 5);
  for (;;) {
    const mark = await finder.find(' obj', at);
    if (mark >= content.size) break;
    const before = await finder.text(Math.max(covered, mark - 24), mark);
    const match = /(?:^|[\s>])(\d{1,10}) (\d{1,5})$/.exec(before);
    if (match === null) {
      at = mark + 4;
      continue;
    }
    const [, number = '', generation = ''] = match;
    const start = mark - number.length - generation.length - 1;
    if (start > covered) found.push({ start: covered, end: start });
    if (found.length > most) throw new FormatError('too-large', `has more than ${most} objects`);
    const object = await readObject(finder, content, start, mark + 4);
    hold(object.text.length);
    const name = generation === '0' ? `object ${number}` : `object ${number} ${generation}`;
    found.push({ name, ...object });
    at = object.end;
    covered = object.end;
  }
  if (covered < content.size) found.push({ start: covered, end: content.size });
  return found;
}

async function readObject(
  finder: Finder,
  content: Content,
  start: number,
  body: number,
): Promise<Omit<PdfObject, 'name'>> {
  const endMark = await finder.find('endobj', body);
  const streamMark = await startOfStream(finder, body, endMark);
  const stop = Math.min(endMark, streamMark);
  const text = await finder.text(start, Math.min(stop, start + longestDictionary));
  if (streamMark >= endMark) {
    const end = Math.min(content.size, endMark + 'endobj'.length);
    return { start, text, stream: undefined, tail: '', end };
  }
  const after = await finder.text(streamMark + 6, streamMark + 8);
  const data = streamMark + 6 + (after.startsWith('\r\n') ? 2 : /^[\r\n]/.test(after) ? 1 : 0);
  const streamEnd = await endOfStream(finder, content, text, data);
  const last = await finder.find('endobj', streamEnd);
  // An object that lacks its end ends where the stream does.
  const tail = await finder.text(streamEnd, Math.min(last, streamEnd + 64));
  const whole = last < content.size && /^\s*endstream\s*$/.test(tail);
  return {
    start,
    text,
    stream: { start: data, end: streamEnd },
    tail: whole ? tail : '',
    end: whole ? last + 'endobj'.length : streamEnd,
  };
}

/** Where `stream` stands behind a dictionary; `end` if it does not, or only in texts. */
async function startOfStream(finder: Finder, body: number, end: number): Promise<number> {
  let at = body;
  for (let tries = 0; tries < maximumTries; tries++) {
    const mark = await finder.find('stream', at);
    if (mark >= end) return end;
    if (/>>\s*$/.test(await finder.text(Math.max(body, mark - 16), mark))) return mark;
    at = mark + 6;
  }
  return end;
}

/** By `/Length`, if `endstream` is there; else where `endstream` is. */
async function endOfStream(
  finder: Finder,
  content: Content,
  text: string,
  data: number,
): Promise<number> {
  // Bounded throughout: blanks that two of its parts could take would cost their square.
  const length = /\/Length\s{1,16}(\d{1,12})(?!\d{0,12}\s{1,16}\d{1,10}\s{1,16}R|\d)/.exec(
    text,
  )?.[1];
  if (length !== undefined && data + Number(length) <= content.size) {
    const end = data + Number(length);
    if (/^\s*endstream/.test(await finder.text(end, end + 16))) return end;
  }
  return finder.find('endstream', data);
}
