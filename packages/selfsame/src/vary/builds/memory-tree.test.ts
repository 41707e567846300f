import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { memoryDirectory, removeMemoryDirectory } from './memory-tree.js';

it('has room or is not made, and removes what killed processes left', async () => {
  const at = mkdtempSync(join(tmpdir(), 'selfsame-memory-'));
  try {
    // No process has this number: it is above the kernel's largest.
    const stale = join(at, 'selfsame-check-4194999-abc');
    mkdirSync(join(stale, 'closed/inner'), { recursive: true });
    chmodSync(join(stale, 'closed'), 0);
    mkdirSync(join(at, 'selfsame-check-other'));
    const made = await memoryDirectory(at, 1);
    expect(made).toBeDefined();
    expect(existsSync(stale)).toBe(false);
    expect(readdirSync(at)).toHaveLength(2);
    expect(await memoryDirectory(at, 2 ** 60)).toBeUndefined();
    await removeMemoryDirectory(made ?? '');
    expect(readdirSync(at)).toEqual(['selfsame-check-other']);
  } finally {
    rmSync(at, { recursive: true });
  }
});
