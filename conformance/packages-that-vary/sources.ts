// Source packages of the machine's own archive, unpacked.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `missing` are build dependencies that this machine has not. */
export type Source =
  | { readonly type: 'unpacked'; readonly directory: string; readonly version: string }
  | { readonly type: 'no-source'; readonly why: string }
  | { readonly type: 'missing'; readonly why: string };

/** Fetches once, with apt as it is configured (`deb-src` needed; `APT_CONFIG` names another configuration). */
export function unpack(name: string, area: string): Source {
  mkdirSync(area, { recursive: true });
  if (unpackedIn(area) === undefined) {
    const got = spawnSync('apt-get', ['source', '--only-source', '-qq', name], {
      ...{ cwd: area, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
    });
    if (unpackedIn(area) === undefined) {
      rmSync(area, { recursive: true, force: true });
      return {
        type: 'no-source',
        why: /^E: .*$/m.exec(got.stderr)?.[0] ?? 'apt-get source failed',
      };
    }
  }
  const directory = unpackedIn(area)!;
  const missing = spawnSync('dpkg-checkbuilddeps', { cwd: directory, encoding: 'utf8' });
  if (missing.status !== 0) {
    const [, list = missing.stderr.trim()] = /dependencies: (.*)/.exec(missing.stderr) ?? [];
    return { type: 'missing', why: list };
  }
  const { stdout } = spawnSync('dpkg-parsechangelog', ['-S', 'Version'], {
    ...{ cwd: directory, encoding: 'utf8' },
  });
  return { type: 'unpacked', directory, version: stdout.trim() };
}

function unpackedIn(area: string): string | undefined {
  const [directory] = readdirSync(area, { withFileTypes: true }).filter(
    (one) => one.isDirectory() && /-\d/.test(one.name),
  );
  return directory === undefined ? undefined : join(area, directory.name);
}
