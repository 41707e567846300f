import { FormatError, type Content, type Field, type Format } from './formats/format.js';
import { UniqueNames } from './formats/reading/text.js';
import { sliceContent } from './content/slice-content.js';

/** Formats that tests control: an archive and an encoding as simple as can be. */

export interface BoxMember {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** Seconds since 1970. */
  readonly mtime?: number;
}

/** `BOX\n`, then for each member `name mtime size\n` and its bytes. */
export function box(members: readonly BoxMember[]): Buffer {
  return Buffer.concat([
    Buffer.from('BOX\n'),
    ...members.flatMap(({ name, bytes, mtime = 0 }) => {
      const body = Buffer.from(bytes);
      return [Buffer.from(`${name} ${mtime} ${body.length}\n`), body];
    }),
  ]);
}

export const boxFormat: Format = {
  name: 'box',
  kind: 'container',
  detect: (head) => Buffer.from(head.subarray(0, 4)).toString() === 'BOX\n',
  async *parts(content) {
    const names = new UniqueNames();
    for (let at = 4; at < content.size;) {
      const head = Buffer.from(await content.read(at, 200)).toString('latin1');
      const match = /^(\S+) (\d+) (\d+)\n/.exec(head);
      if (match === null) throw new FormatError('damaged', `no member begins at byte ${at}`);
      const [line, name = '', mtime = '', length = ''] = match;
      const [offset, size] = [at + line.length, Number(length)];
      if (offset + size > content.size) throw new FormatError('damaged', 'it is cut off');
      const fields: Field[] = [
        {
          name: 'mtime',
          kind: 'time',
          value: mtime,
          seconds: Number(mtime),
          offset: at + name.length + 1,
        },
      ];
      yield {
        name: names.unique(name),
        type: 'file',
        fields,
        size,
        offset,
        body: sliceContent(content, offset, size).stream(),
      };
      at = offset + size;
    }
  },
};

/** `RUN level\n`, then `count byte\n` lines: so many times the byte. The level means nothing. */
export function runs(
  level: number,
  all: readonly (readonly [count: number, byte: number])[],
): Buffer {
  return Buffer.from(`RUN ${level}\n${all.map(([count, byte]) => `${count} ${byte}\n`).join('')}`);
}

export const runFormat: Format = {
  name: 'run',
  kind: 'compressed',
  detect: (head) => Buffer.from(head.subarray(0, 4)).toString() === 'RUN ',

  async *parts(content, access) {
    const body = (async function* () {
      for (const line of (await textOf(content)).split('\n').slice(1, -1)) {
        const [count = 0, byte = 0] = line.split(' ').map(Number);
        for (let left = count; left > 0; left -= 65_536) {
          const piece = new Uint8Array(Math.min(left, 65_536)).fill(byte);
          access.spend(piece.length);
          yield piece;
        }
      }
    })();
    yield { name: 'content', type: 'file', fields: [], size: 0, body };
  },
};

async function textOf(content: Content): Promise<string> {
  return Buffer.from(await content.read(0, content.size)).toString('latin1');
}
