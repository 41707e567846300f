import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const inodeNumbers: Variation = {
  name: 'inode-numbers',
  title: 'numbers of files',
  changes: 'Other inode numbers.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['file-system', 'order'],
  fixedAt: 'virtual',
  sources: ['inodes'],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'inodes', seed),
  values: () => ({ a: 'by path', b: 'other numbers' }),
};
