import type { Content, Field } from '../format.js';
import { Bytes } from '../structure/bytes.js';

/** `\xff Go buildinf:`, https://pkg.go.dev/debug/buildinfo. */
const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const longest = 256 * 1024;
const maximumFields = 1024;

interface Text {
  readonly text: string;
  readonly start: number;
  readonly next: number;
}

/**
 * What the Go linker says of a build, as `go version -m` shows it: compiler, modules, flags, revision.
 * Go 1.18 and later (strings in the section itself); others give nothing.
 */
export async function goFields(
  content: Content,
  place: { readonly offset: number; readonly size: number },
): Promise<Field[]> {
  if (place.offset >= content.size) return [];
  const data = await content.read(place.offset, Math.min(place.size, longest));
  if (data.length < 32 || Buffer.compare(data.subarray(0, magic.length), magic) !== 0) return [];
  const bytes = new Bytes(data, true);
  if ((bytes.u8(15) & 2) === 0) return [];
  const string = (at: number): Text | undefined => {
    const { value, next } = bytes.uleb(at);
    if (next + value > bytes.size) return undefined;
    return {
      text: Buffer.from(bytes.slice(next, value)).toString('utf8'),
      start: next,
      next: next + value,
    };
  };
  if (bytes.size < 64) return [];
  const version = string(32);
  if (version === undefined) return [];
  const fields: Field[] = [
    {
      name: 'go version',
      kind: 'version',
      value: version.text,
      offset: place.offset + version.start,
    },
  ];
  const modules = version.next + 10 <= bytes.size ? string(version.next) : undefined;
  // Between two marks of 16 bytes each.
  if (modules === undefined || modules.next - modules.start <= 32) return fields;
  let at = modules.start + 16;
  const counts = new Map<string, number>();
  for (const line of lines(bytes.slice(at, modules.next - 16 - at))) {
    const text = Buffer.from(line).toString('utf8').replace(/\n$/, '');
    const [word = '', ...rest] = text.split('\t');
    const pair = word === 'build' ? /^([^=]*)=(.*)$/s.exec(rest.join('\t')) : null;
    if (['path', 'mod', 'dep', '=>', 'build'].includes(word) && fields.length < maximumFields) {
      const name = pair === null ? word : `build ${pair[1] ?? ''}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      fields.push(
        goField(
          count === 1 ? name : `${name}#${count}`,
          pair?.[2] ?? rest.join(' '),
          place.offset + at,
        ),
      );
    }
    at += line.length;
  }
  return fields;
}

function goField(name: string, value: string, offset: number): Field {
  if (name === 'build vcs.time') {
    const milliseconds = Date.parse(value);
    if (!Number.isNaN(milliseconds))
      return { name, kind: 'time', value, seconds: Math.floor(milliseconds / 1000), offset };
  }
  const kind =
    name === 'build vcs.revision'
      ? 'id'
      : name === 'path'
        ? 'name'
        : name.startsWith('build')
          ? 'flags'
          : 'version';
  return { name, kind, value, offset };
}

/** Lines with their line feeds. */
function* lines(data: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < data.length;) {
    const end = data.indexOf(10, start);
    const next = end === -1 ? data.length : end + 1;
    yield data.subarray(start, next);
    start = next;
  }
}
