import { spawnSync } from 'node:child_process';

import { nativePath } from '../util/native.js';

/** For tests only: true where this machine and account can make sandboxes; says once why it cannot. */
export const sandboxesWork: boolean = (() => {
  try {
    const result = spawnSync(nativePath('selfsame-ns'), ['run', '--', 'true'], {
      encoding: 'utf8',
    });
    if (result.status === 0) return true;
    process.stderr.write(`skipping sandbox tests: ${result.stderr}\n`);
  } catch (error) {
    process.stderr.write(`skipping sandbox tests: ${(error as Error).message}\n`);
  }
  return false;
})();
