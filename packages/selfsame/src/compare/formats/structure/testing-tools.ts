import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program is there, for tests that make real files with it. */
export function hasProgram(program: string, ...args: string[]): boolean {
  const { status } = spawnSync(program, args.length === 0 ? ['--version'] : args, {
    stdio: 'ignore',
  });
  return status === 0;
}

/** A directory for real compilers to work in. */
export class Workshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'selfsame-formats-'));

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, text: string | Uint8Array): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Standard output of a program, run in the directory with nothing of ours but what finds programs. */
  run(program: string, args: readonly string[], variables: Record<string, string> = {}): string {
    const { PATH = '/usr/bin:/bin', HOME = this.directory } = process.env;
    return execFileSync(program, args, {
      cwd: this.directory,
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...variables },
    });
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
