import { SelfsameError } from '../../errors/selfsame-error.js';

/** One header of a tar archive, decoded and checked. */
export interface TarHeader {
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Relative, `/`-separated, without empty, `.` or `..` parts; empty for the root itself. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, not negative. */
  readonly time: number;
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number;
  /** Target of a symlink as written; of a hard link, a checked path as above. */
  readonly target: string;
}

/** Where the contents of a tar archive go. `end` comes once after each header of type `file`. */
export interface TarSink {
  header(header: TarHeader): void;
  content(bytes: Uint8Array): void;
  end(): void;
}

/** Bounds on one package, unpacked: several times what the largest packages of Debian hold. */
export interface TarLimits {
  readonly entries: number;
  readonly bytes: number;
}

const block = 512;
/** Longest name or link target, bytes: PATH_MAX of Linux. */
const longestName = 4096;

/**
 * Reads a tar archive as packages have it (deb(5): ustar and GNU long names) while it streams. Refused,
 * each with `PACKAGE_REFUSED` naming `label`: devices, FIFOs and types not known; absolute names and `..`;
 * ids above 65535; names that are not UTF-8; entries below something that is not a directory; damage; more
 * than the limits.
 */
export class TarReader {
  readonly #label: string;
  readonly #sink: TarSink;
  readonly #limits: TarLimits;
  /** What each path was, to see entries that would be put through a link. */
  readonly #types = new Map<string, TarHeader['type']>();
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes of content still to come, and of padding after them. */
  #left = 0;
  #padding = 0;
  #collect: { kind: 'L' | 'K'; bytes: Buffer[] } | undefined;
  #inFile = false;
  #longName: string | undefined;
  #longTarget: string | undefined;
  #entries = 0;
  #bytes = 0;
  #ended = false;

  constructor(label: string, sink: TarSink, limits: TarLimits) {
    this.#label = label;
    this.#sink = sink;
    this.#limits = limits;
  }

  add(chunk: Buffer): void {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (data.length > 0 && !this.#ended) {
      if (this.#left > 0) {
        const part = data.subarray(0, this.#left);
        this.#consume(part);
        this.#left -= part.length;
        data = data.subarray(part.length);
        if (this.#left === 0) this.#finish();
      } else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, data.length);
        this.#padding -= skipped;
        data = data.subarray(skipped);
      } else {
        if (data.length < block) break;
        this.#readHeader(data.subarray(0, block));
        data = data.subarray(block);
      }
    }
    // Only a broken-off header is kept, so it must not hold on to the whole chunk.
    this.#pending = Buffer.from(this.#ended ? [] : data);
  }

  /** To be called at the end of the data: refuses an archive that is cut off. */
  close(): void {
    if (this.#ended) return;
    if (this.#left > 0 || this.#pending.length > 0 || this.#entries === 0) {
      this.#refuse('its archive is cut off');
    }
  }

  #consume(part: Buffer): void {
    if (this.#collect !== undefined) this.#collect.bytes.push(Buffer.from(part));
    else if (this.#inFile) this.#sink.content(part);
  }

  #finish(): void {
    if (this.#collect !== undefined) {
      const name = this.#decode(trimNul(Buffer.concat(this.#collect.bytes)));
      if (this.#collect.kind === 'L') this.#longName = name;
      else this.#longTarget = name;
      this.#collect = undefined;
    } else if (this.#inFile) {
      this.#inFile = false;
      this.#sink.end();
    }
  }

  #readHeader(header: Buffer): void {
    if (header.every((byte) => byte === 0)) {
      this.#ended = true;
      return;
    }
    this.#checkSum(header);
    if (++this.#entries > this.#limits.entries) {
      this.#refuse(`it holds more than ${this.#limits.entries} entries`);
    }
    const size = this.#number(header, 124, 12);
    const flag = String.fromCharCode(header[156] ?? 0);
    this.#padding = (block - (size % block)) % block;
    if (flag === 'L' || flag === 'K') {
      if (size > longestName || size === 0) this.#refuse('a name in it is too long');
      this.#collect = { kind: flag, bytes: [] };
      this.#left = size;
      return;
    }
    const type = this.#typeOf(flag);
    const path = this.#path(this.#longName ?? this.#shortName(header));
    const written = this.#longTarget ?? this.#decode(trimNul(header.subarray(157, 257)));
    this.#longName = undefined;
    this.#longTarget = undefined;
    if (type !== 'file' && size !== 0) this.#refuse(`${path} is no file but has contents`);
    this.#bytes += size;
    if (this.#bytes > this.#limits.bytes) {
      this.#refuse(`it unpacks to more than ${this.#limits.bytes} bytes`);
    }
    this.#checkPlace(path, type);
    const uid = this.#number(header, 108, 8);
    const gid = this.#number(header, 116, 8);
    if (uid > 65_535 || gid > 65_535) {
      this.#refuse(`${path} belongs to ${uid}:${gid}, and ids end at 65535`);
    }
    this.#sink.header({
      type,
      path,
      mode: this.#number(header, 100, 8) & 0o7777,
      uid,
      gid,
      time: this.#number(header, 136, 12),
      size,
      target: this.#target(type, path, written),
    });
    if (type !== 'file') return;
    if (size === 0) this.#sink.end();
    else {
      this.#inFile = true;
      this.#left = size;
    }
  }

  #typeOf(flag: string): TarHeader['type'] {
    switch (flag) {
      case '0':
      case '\0':
      case '7':
        return 'file';
      case '1':
        return 'hardlink';
      case '2':
        return 'symlink';
      case '5':
        return 'directory';
      case '3':
      case '4':
        return this.#refuse('it holds a device');
      case '6':
        return this.#refuse('it holds a FIFO');
      default:
        return this.#refuse(`it holds an entry of unknown type ${JSON.stringify(flag)}`);
    }
  }

  #target(type: TarHeader['type'], path: string, written: string): string {
    if (type === 'symlink') {
      if (written === '') this.#refuse(`the link ${path} leads nowhere`);
      return written;
    }
    if (type !== 'hardlink') return '';
    const target = this.#path(written);
    if (this.#types.get(target) !== 'file' && this.#types.get(target) !== 'hardlink') {
      this.#refuse(`${path} is a hard link to ${target}, which is no file before it`);
    }
    return target;
  }

  /** Each path once, and never below a link or file of the same archive. */
  #checkPlace(path: string, type: TarHeader['type']): void {
    const before = this.#types.get(path);
    if (before !== undefined && !(before === 'directory' && type === 'directory')) {
      this.#refuse(`it holds ${path} twice`);
    }
    if (path === '' && type !== 'directory') this.#refuse('its root is no directory');
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const above = this.#types.get(path.slice(0, slash));
      if (above !== undefined && above !== 'directory') {
        this.#refuse(`${path} lies below ${path.slice(0, slash)}, which is no directory`);
      }
    }
    this.#types.set(path, type);
  }

  #shortName(header: Buffer): string {
    const name = trimNul(header.subarray(0, 100));
    // POSIX 1003.1 ustar only; GNU's magic has a blank there and other fields in place of the prefix.
    const posix = header.subarray(257, 263).equals(Buffer.from('ustar\0'));
    const prefix = posix ? trimNul(header.subarray(345, 500)) : Buffer.alloc(0);
    return this.#decode(
      prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    );
  }

  #path(written: string): string {
    if (written.startsWith('/')) this.#refuse(`it holds the absolute name ${written}`);
    if (Buffer.byteLength(written) > longestName) this.#refuse('a name in it is too long');
    const parts = written.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) this.#refuse(`it holds the name ${written}, which climbs`);
    // Lists of files have one name a line (dpkg-query(1)): such a name could pretend to be two.
    if (/[\n\0]/u.test(written)) this.#refuse('a name in it has a line feed');
    return parts.join('/');
  }

  #decode(bytes: Buffer): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return this.#refuse('a name in it is not UTF-8 (Debian Policy 10.10)');
    }
  }

  /** Octal digits, or GNU's base-256 where the first bit is set. */
  #number(header: Buffer, at: number, length: number): number {
    const field = header.subarray(at, at + length);
    if ((field[0] ?? 0) & 0x80) {
      const value = field.reduce(
        (sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte),
        0,
      );
      return Number.isSafeInteger(value) ? value : this.#refuse('a number in it is out of range');
    }
    const text = field
      .toString('latin1')
      .replace(/[\0 ]+$/u, '')
      .trimStart();
    if (!/^[0-7]*$/u.test(text)) this.#refuse('a header in it is damaged');
    return text === '' ? 0 : Number.parseInt(text, 8);
  }

  #checkSum(header: Buffer): void {
    const stated = this.#number(header, 148, 8);
    let sum = 0;
    for (let index = 0; index < block; index++) {
      sum += index >= 148 && index < 156 ? 32 : (header[index] ?? 0);
    }
    if (sum !== stated) this.#refuse('a header in it is damaged');
  }

  #refuse(why: string): never {
    throw new SelfsameError('PACKAGE_REFUSED', `${this.#label} is refused: ${why}`, {
      hint: 'do not use this package; if it is what the archive signed, tell its maintainers',
    });
  }
}

function trimNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
