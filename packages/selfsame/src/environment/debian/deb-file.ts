import { spawn } from 'node:child_process';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { TarReader } from './tar-reader.js';
import type { TarHeader, TarLimits, TarSink } from './tar-reader.js';

/** Bounds on a package's data: the largest of Debian hold a few GiB and some hundred thousand files. */
const dataLimits: TarLimits = { entries: 2_000_000, bytes: 32 * 1024 ** 3 };
const controlLimits: TarLimits = { entries: 1000, bytes: 64 * 1024 ** 2 };

/** A member of a package's control archive. */
export interface ControlFile {
  readonly name: string;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly content: Buffer;
}

/**
 * The files of a package's control archive, in memory.
 * @param deb absolute path; `label` names the package in messages
 * @throws SelfsameError PACKAGE_REFUSED, HOST_TOOL_MISSING
 */
export async function readControl(
  deb: string,
  label: string,
  signal: AbortSignal,
): Promise<ControlFile[]> {
  const files: ControlFile[] = [];
  let current: TarHeader | undefined;
  let content: Buffer[] = [];
  const sink: TarSink = {
    header(header) {
      current = header;
      content = [];
      const { path, type } = header;
      if (type === 'directory' && path === '') return;
      if (type !== 'file' || path.includes('/')) {
        throw new SelfsameError(
          'PACKAGE_REFUSED',
          `${label} is refused: ${path} is not a control file`,
        );
      }
    },
    content: (bytes) => void content.push(Buffer.from(bytes)),
    end() {
      if (current === undefined) return;
      const { path: name, mode, time } = current;
      files.push({ name, mode, time, content: Buffer.concat(content) });
    },
  };
  await readMember(deb, label, '--ctrl-tarfile', new TarReader(label, sink, controlLimits), signal);
  return files;
}

/**
 * Streams a package's data archive into `sink`. `drain` is waited for between chunks, so that a slow
 * consumer holds up the decompressor instead of filling memory.
 * @throws SelfsameError PACKAGE_REFUSED, HOST_TOOL_MISSING
 */
export async function readData(
  deb: string,
  label: string,
  sink: TarSink,
  signal: AbortSignal,
  drain: () => Promise<void>,
): Promise<void> {
  await readMember(
    deb,
    label,
    '--fsys-tarfile',
    new TarReader(label, sink, dataLimits),
    signal,
    drain,
  );
}

async function readMember(
  deb: string,
  label: string,
  member: '--ctrl-tarfile' | '--fsys-tarfile',
  reader: TarReader,
  signal: AbortSignal,
  drain?: () => Promise<void>,
): Promise<void> {
  const child = spawn('dpkg-deb', [member, deb], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    signal,
  });
  let said = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(0, 2000)),
  );
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  closed.catch(() => undefined);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      reader.add(chunk);
      await drain?.();
    }
    const code = await closed;
    if (code !== 0) {
      throw new SelfsameError(
        'PACKAGE_REFUSED',
        `${label} is refused: dpkg-deb cannot read it (${said.trim()})`,
        { hint: 'the file is not a Debian package, or damaged before it was locked' },
      );
    }
    reader.close();
  } catch (error) {
    child.kill('SIGKILL');
    if (signal.aborted) throw new SelfsameError('INTERRUPTED', `reading ${label} was interrupted`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new SelfsameError(
        'HOST_TOOL_MISSING',
        'dpkg-deb, which unpacks packages, is not installed',
        {
          hint: 'sudo apt-get install dpkg',
          cause: error,
        },
      );
    }
    throw error;
  }
}
