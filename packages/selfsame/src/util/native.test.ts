import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nativePath } from './native.js';

describe('nativePath', () => {
  const directory = mkdtempSync(join(tmpdir(), 'selfsame-native-'));
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true, force: true });
  });

  it('looks only where it is told, and says how to build what is missing', () => {
    vi.stubEnv('SELFSAME_NATIVE_DIR', directory);
    expect(() => nativePath('selfsame-ns')).toThrow(
      expect.objectContaining({
        code: 'NATIVE_PROGRAM_MISSING',
        hint: expect.stringContaining('make -C native') as string,
      }),
    );
    writeFileSync(join(directory, 'selfsame-ns'), '');
    expect(nativePath('selfsame-ns')).toBe(join(directory, 'selfsame-ns'));
  });
});
