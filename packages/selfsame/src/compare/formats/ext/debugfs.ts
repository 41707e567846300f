import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '../format.js';
import type { FormatAccess } from '../format.js';
import { keepOutput } from '../reading/spool.js';
import type { ScratchFile } from '../reading/spool.js';
import { decodeText } from '../reading/text.js';
import { Window } from '../reading/window.js';

export const tool = { program: 'debugfs', package: 'e2fsprogs' };

/** Longest line of debugfs that is read: a name has 255 bytes, a target up to a block of 64 KiB. */
const maxLineBytes = 64 * 1024;

/** Runs commands of debugfs(8) on an image, which is only read. Each is echoed before its output. */
export async function runDebugfs(
  image: string,
  commands: readonly string[],
  access: FormatAccess,
): Promise<DebugfsOutput> {
  const script = join(await access.scratchDirectory(), 'commands');
  await writeFile(script, `${commands.join('\n')}\n`);
  const run = { tool, args: ['-f', script, image], paths: [script, image], input: undefined };
  return new DebugfsOutput(await keepOutput(run, access));
}

/** What debugfs printed, read from front to back. */
export class DebugfsOutput {
  readonly file: ScratchFile;
  readonly #window: Window;
  #at = 0;

  constructor(file: ScratchFile) {
    this.file = file;
    this.#window = new Window(file.content);
  }

  /** Goes on to the output of the next command. @throws FormatError `damaged` where its echo is not next */
  async expect(command: string): Promise<void> {
    const echo = `debugfs: ${command}\n`;
    const bytes = await this.#window.bytes(this.#at, echo.length);
    if (bytes.toString('latin1') !== echo) {
      throw new FormatError('damaged', 'debugfs could not read all of it');
    }
    this.#at += echo.length;
  }

  /** The next line, if it is not the echo of another command. */
  async line(): Promise<string | undefined> {
    const bytes = await this.#window.bytes(this.#at, maxLineBytes);
    const end = bytes.indexOf(0x0a);
    if (bytes.length === 0 || bytes.toString('latin1', 0, 9) === 'debugfs: ') return undefined;
    const length = end === -1 ? bytes.length : end;
    this.#at += length + 1;
    return decodeText(bytes.subarray(0, length));
  }

  /** Where `size` bytes of a file stand. @throws FormatError `damaged` where they are not there */
  skip(size: number): number {
    const start = this.#at;
    if (start + size > this.file.content.size) {
      throw new FormatError('damaged', 'debugfs could not read all of it');
    }
    this.#at += size;
    return start;
  }
}
