// One directory for what all tests of a run put into the temporary directory: it is gone at the end, whatever they leave.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

/** Called by vitest, before workers are started. Returns what is done at the end. */
export function setup(): () => void {
  const before = env['TMPDIR'];
  // Short: sockets have paths of 107 bytes at most, and gpg's agent puts its own below a home of a test.
  const directory = mkdtempSync(join(tmpdir(), 'tests-'));
  // Tests of other accounts look into theirs.
  chmodSync(directory, 0o755);
  env['TMPDIR'] = directory;
  return () => {
    if (before === undefined) delete env['TMPDIR'];
    else env['TMPDIR'] = before;
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // Where tests failed, files of a sandbox may be left, which only its user namespace removes.
    }
  };
}
