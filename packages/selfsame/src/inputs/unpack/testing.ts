import { crc32, deflateRawSync } from 'node:zlib';

/** A tar member for tests, written byte by byte so that it can be as wrong as it likes. */
export interface TarMember {
  readonly name: string;
  /** Type flag; default a file. */
  readonly type?: string;
  readonly mode?: number;
  readonly linkName?: string;
  readonly content?: string | Buffer;
  /** What the header says, where it differs from the content. */
  readonly size?: number;
  readonly modified?: number;
  readonly magic?: string;
}

export function tarMember(member: TarMember): Buffer {
  const content = Buffer.from(member.content ?? '');
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100, 'latin1');
  const octal = (value: number, offset: number, length: number): void => {
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  };
  octal(member.mode ?? 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(member.size ?? content.length, 124, 12);
  octal(member.modified ?? 1_000_000_000, 136, 12);
  header.write(member.type ?? '0', 156, 'latin1');
  header.write(member.linkName ?? '', 157, 100, 'latin1');
  header.write(member.magic ?? 'ustar\u000000', 257, 'latin1');
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** An archive of the members, with its end mark. */
export function tar(...members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.map(tarMember), Buffer.alloc(1024)]);
}

/** A pax extended header with the given records. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): TarMember {
  const content = Object.entries(records).map(([key, value]) => {
    const body = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(body);
    let length = bytes + 1;
    while (String(length).length + bytes !== length) length = String(length).length + bytes;
    return `${length}${body}`;
  });
  return { name: 'PaxHeaders/x', type, content: content.join('') };
}

export interface ZipMember {
  readonly name: string;
  /** Name in the local header, where it differs. */
  readonly localName?: string;
  readonly content?: string | Buffer;
  /** Unix mode with file type; 0: none. */
  readonly mode?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
}

export function zip(...members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const method = member.method ?? 8;
    const data = method === 8 ? deflateRawSync(content) : content;
    const flags = member.flags ?? 0x800;
    const crc = member.crc ?? crc32(content);
    const size = member.size ?? content.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(((2020 - 1980) << 9) | (1 << 5) | 1, 8);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    const localName = Buffer.from(member.localName ?? member.name);
    common.writeUInt16LE(localName.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, localName, data]);
    const name = Buffer.from(member.name);
    const centralCommon = Buffer.from(common);
    centralCommon.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([
        Buffer.from('PK\u0001\u0002', 'latin1'),
        Buffer.from([20, 3]),
        centralCommon,
        rest,
        name,
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
