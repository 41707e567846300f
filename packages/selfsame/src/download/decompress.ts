import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { SelfsameError } from '../errors/selfsame-error.js';
import { describeError } from './http.js';

export type CompressionFormat = 'none' | 'gzip' | 'xz' | 'lzma' | 'bzip2' | 'zstd';

/** Programs that decompress what Node 20 cannot, reading from standard input. */
const programs: Readonly<Record<'xz' | 'lzma' | 'bzip2' | 'zstd', readonly [string, ...string[]]>> =
  {
    // 2 GiB suffices for every preset; more is an attack on the machine's memory.
    xz: ['xz', '--decompress', '--stdout', '--format=xz', '--memlimit-decompress=2GiB'],
    lzma: ['xz', '--decompress', '--stdout', '--format=lzma', '--memlimit-decompress=2GiB'],
    bzip2: ['bzip2', '--decompress', '--stdout'],
    zstd: ['zstd', '--decompress', '--stdout', '--memory=2048MB', '--no-progress', '--quiet'],
  };

/** The format of a compressed file by its first bytes; `none` when they are no known magic number. */
export function compressionOf(head: Uint8Array): CompressionFormat {
  const hex = Buffer.from(head.subarray(0, 6)).toString('hex');
  if (hex.startsWith('1f8b')) return 'gzip'; // RFC 1952 §2.3.1
  if (hex.startsWith('fd377a585a00')) return 'xz'; // xz file format §2.1.1.1
  if (hex.startsWith('425a68')) return 'bzip2'; // "BZh"
  if (hex.startsWith('28b52ffd')) return 'zstd'; // RFC 8878 §3.1.1
  if (hex.startsWith('5d0000')) return 'lzma'; // the properties byte every encoder writes
  return 'none';
}

/** The first `count` bytes of a file. */
export async function readHead(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The decompressed bytes of a file. Rejects with `DECOMPRESS_FAILED` when the data is damaged, longer than `maxBytes`
 * once decompressed, or its program is not installed; with the signal's reason when aborted.
 */
export async function* decompress(
  path: string,
  format: CompressionFormat,
  options: { readonly maxBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of rawDecompress(path, format, options.signal)) {
    options.signal.throwIfAborted();
    total += chunk.length;
    if (total > options.maxBytes) {
      throw new SelfsameError(
        'DECOMPRESS_FAILED',
        `${path} is larger than ${options.maxBytes} bytes once decompressed`,
        { hint: 'this is more than any archive may have; check where it comes from' },
      );
    }
    yield chunk;
  }
}

async function* rawDecompress(
  path: string,
  format: CompressionFormat,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    if (format === 'none') yield* source as AsyncIterable<Uint8Array>;
    else if (format === 'gzip') {
      const gunzip = createGunzip({ chunkSize: 1 << 18 });
      source.on('error', (error) => gunzip.destroy(error));
      yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
    } else yield* throughProgram(path, programs[format], signal);
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    signal.throwIfAborted();
    throw damaged(path, format, describeError(error), error);
  } finally {
    source.destroy();
  }
}

async function* throughProgram(
  path: string,
  [program, ...args]: readonly [string, ...string[]],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  const child = spawn(program, args, { stdio: [file.fd, 'pipe', 'pipe'], signal });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 1000) complaint += text;
  });
  const end = new Promise<number | NodeJS.ErrnoException | null>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const result = await end;
    signal.throwIfAborted();
    if (result instanceof Error) {
      throw new SelfsameError(
        'DECOMPRESS_FAILED',
        `${path} cannot be decompressed because ${program} could not be started (${describeError(result)})`,
        { hint: `install it: apt-get install ${program === 'xz' ? 'xz-utils' : program}` },
      );
    }
    if (result !== 0) throw damaged(path, program, complaint.trim().slice(0, 200), undefined);
  } finally {
    // What is left in its pipe would keep it from ending.
    child.stdout?.destroy();
    child.kill('SIGKILL');
    await end;
    await file.close();
  }
}

function damaged(path: string, what: string, why: string, cause: unknown): SelfsameError {
  return new SelfsameError('DECOMPRESS_FAILED', `${path} is not intact ${what} data: ${why}`, {
    hint: 'the file is damaged at its origin: its hash was checked; take another release or mirror',
    cause,
  });
}
