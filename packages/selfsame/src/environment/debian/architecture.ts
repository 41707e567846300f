import { readdir } from 'node:fs/promises';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { LockedEnvironment } from '../types.js';

/** Debian architectures whose programs a kernel runs by itself, by Node's name of the machine. */
const native: Readonly<Record<string, readonly string[]>> = {
  x64: ['amd64', 'i386', 'x32'],
  ia32: ['i386'],
  arm64: ['arm64', 'armhf', 'armel'],
  arm: ['armhf', 'armel'],
  ppc64: ['ppc64el'],
  riscv64: ['riscv64'],
  s390x: ['s390x'],
  loong64: ['loong64'],
  mips64el: ['mips64el'],
};

/** Names qemu-user registers its emulators by (binfmt_misc), by Debian architecture. */
const emulated: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  armhf: 'arm',
  armel: 'arm',
  i386: 'i386',
  mips64el: 'mips64el',
  ppc64el: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loongarch64',
};

/**
 * Refuses environments whose maintainer scripts could not run here: locking works for every architecture,
 * materialising only where its programs run.
 * @throws SelfsameError ARCHITECTURE_NOT_RUNNABLE
 */
export async function checkRunnable(
  locked: Pick<LockedEnvironment, 'name' | 'architecture'>,
  machine: string = process.arch,
  registered: () => Promise<readonly string[]> = () =>
    readdir('/proc/sys/fs/binfmt_misc').catch(() => []),
): Promise<void> {
  const { name, architecture } = locked;
  if (native[machine]?.includes(architecture) === true) return;
  const emulator = emulated[architecture];
  if (emulator !== undefined && (await registered()).includes(`qemu-${emulator}`)) return;
  throw new SelfsameError(
    'ARCHITECTURE_NOT_RUNNABLE',
    `environment "${name}" is for ${architecture}, whose programs this machine (${machine}) cannot run`,
    {
      hint: 'build it on such a machine, or install an emulator: sudo apt-get install qemu-user-static',
    },
  );
}
