import type { Conditions, Variation } from '../../types.js';

const shown = ({ blockSize, fileSystem }: Conditions): string =>
  `${blockSize} bytes${fileSystem === 'overlay' ? '' : `, ${fileSystem}`}`;

export const blockSize: Variation = {
  name: 'block-size',
  title: 'file system',
  changes: 'Another block size, and where there is room, another file system (in memory).',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['file-system'],
  fixedAt: 'virtual',
  sources: ['inodes', 'statfs'],
  available: () => ({ works: true }),
  apply: (conditions, host) => ({
    ...conditions,
    blockSize: 1024,
    fileSystem: host.memoryFileSystem === undefined ? conditions.fileSystem : 'tmpfs',
  }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
