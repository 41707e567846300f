import { describe, expect, it } from 'vitest';
import { checkRunnable } from './architecture.js';

const environment = (architecture: string) => ({ name: 'e', architecture });
const nothing = () => Promise.resolve([]);

describe('architectures', () => {
  it.each([
    ['x64', 'amd64'],
    ['x64', 'i386'],
    ['arm64', 'arm64'],
    ['arm64', 'armhf'],
  ])('%s runs %s by itself', async (machine, architecture) => {
    await expect(
      checkRunnable(environment(architecture), machine, nothing),
    ).resolves.toBeUndefined();
  });

  it('runs others through an emulator that is registered', async () => {
    await expect(
      checkRunnable(environment('arm64'), 'x64', () => Promise.resolve(['qemu-aarch64'])),
    ).resolves.toBeUndefined();
  });

  it('says what to install otherwise', async () => {
    await expect(checkRunnable(environment('arm64'), 'x64', nothing)).rejects.toMatchObject({
      code: 'ARCHITECTURE_NOT_RUNNABLE',
      hint: expect.stringContaining('qemu-user-static') as string,
    });
    await expect(
      checkRunnable(environment('sparc64'), 'x64', () => Promise.resolve(['qemu-aarch64'])),
    ).rejects.toMatchObject({ code: 'ARCHITECTURE_NOT_RUNNABLE' });
  });
});
