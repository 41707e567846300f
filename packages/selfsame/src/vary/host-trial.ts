import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { runInSandbox } from '../sandbox/run.js';
import type { Store } from '../store/types.js';
import { machineRequest, usualUser } from './builds/machine-request.js';
import { baseConditions } from './conditions.js';

/** Seconds since 1970 that the trial's clock starts at. */
const epoch = 1_700_000_000;

/**
 * Runs a program under the determinizer on the machine's root that tells what a build would see: true if it is the
 * clock of the conditions, else the reason.
 */
export async function tryDeterminizer(store: Store, signal: AbortSignal): Promise<true | string> {
  await using scratch = await store.scratch('check');
  const place = (name: string): string => join(scratch.path, name);
  for (const name of ['tree', 'changes', 'temporary']) await mkdir(place(name));
  const { user, home } = usualUser();
  let printed = '';
  const result = await runInSandbox({
    ...machineRequest(baseConditions({ epoch, user, home, path: '/selfsame-trial' }), {
      tree: place('tree'),
      original: place('tree'),
      scratch: place('changes'),
      temporary: place('temporary'),
      home: '/nonexistent',
      storePath: store.root,
    }),
    source: 'trial',
    determinizer: {},
    command: ['date', '+%s'],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    limits: {
      wallSeconds: 20,
      memoryBytes: 2 ** 28,
      processes: 64,
      diskBytes: 2 ** 26,
      outputBytes: 2 ** 16,
    },
    stdio: 'capture',
    onOutput: (_stream, chunk) => (printed += Buffer.from(chunk).toString()),
    signal,
  });
  const { outcome } = result;
  if (outcome.type === 'could-not-start')
    return outcome.hint === undefined ? outcome.reason : `${outcome.reason}; ${outcome.hint}`;
  if (printed !== `${epoch + 2}\n`)
    return 'programs still see the real clock; run `selfsame doctor`';
  return true;
}
