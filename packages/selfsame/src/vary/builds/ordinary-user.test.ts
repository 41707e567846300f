import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { bundle, copyNative, sandboxesWork } from '../../sandbox/test-environment.js';
import type { Conditions } from '../types.js';

/** Some account that is not root's, if we may become it. */
const account = ['tester', 'nobody'].find(
  (name) =>
    process.getuid?.() === 0 && spawnSync('runuser', ['-u', name, '--', 'true']).status === 0,
);

it.skipIf(!sandboxesWork || account === undefined)(
  'builds of an ordinary user see everything varied, too',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'selfsame-ordinary-'));
    const as = (command: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): string =>
      execFileSync('runuser', ['-u', account ?? '', '--', ...command], {
        ...{ input, cwd: '/', env: { PATH: process.env['PATH'], ...env } },
      }).toString();
    let place: string | undefined;
    try {
      chmodSync(directory, 0o755);
      const program = await bundle(
        join(import.meta.dirname, 'test-ordinary.ts'),
        join(directory, 'program.mjs'),
      );
      const native = copyNative(directory);
      place = as(['mktemp', '-d', '/tmp/selfsame-ordinary-XXXXXX']).trim();
      // Root's, so that nobody else may write it: builds are made in copies.
      mkdirSync(`${place}/tree`, { mode: 0o755 });
      const script =
        '{ id -un; id -u; pwd; echo "$HOME"; uname -nr; umask; nproc; date +%Y; [ -t 2 ] && echo terminal; nice; stat -c %o .; echo "${TMPDIR-}"; touch "${TMPDIR-/tmp}/x" ~/x; } >seen';
      const printed = as(
        ['node', program],
        JSON.stringify({
          ...{ cwd: `${place}/tree`, store: `${place}/store`, command: ['sh', '-c', script] },
        }),
        { SELFSAME_NATIVE_DIR: native },
      );
      const result = JSON.parse(printed) as {
        readonly seen: readonly [string, string];
        readonly base: Conditions;
        readonly varied: Conditions;
        readonly privileged: boolean;
        readonly outside: readonly string[];
      };
      const { varied } = result;
      expect(result.privileged).toBe(false);
      expect(result.seen[0].split('\n')).toEqual([
        ...['builder', '1000', `${place}/tree`, '/home/builder', 'selfsame 6.1.0-selfsame'],
        // The priority is the caller's: nobody but root could raise it.
        ...['0022', '4', '2023', String(getPriority()), '4096', '', ''],
      ]);
      expect(result.seen[1].split('\n')).toEqual([
        ...[varied.user.name, String(varied.user.uid), varied.path, varied.home],
        ...[`${varied.hostname} ${varied.kernelRelease}`, '0007', String(varied.cpus)],
        expect.stringMatching(/^202[56]$/),
        ...['terminal', String(Math.min(19, getPriority() + 10))],
        ...['1024', varied.temporaryDirectory, ''],
      ]);
      // Its home's own path, whatever it is.
      expect(result.outside).toEqual([expect.stringMatching(/\/x$/)]);
    } finally {
      if (place !== undefined) as(['rm', '-rf', place]);
      rmSync(directory, { recursive: true });
    }
  },
);
