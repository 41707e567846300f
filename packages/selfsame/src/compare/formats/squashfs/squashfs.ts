import { FormatError } from '../format.js';
import type { Content, Format, FormatAccess, Part } from '../format.js';
import { PartCount } from '../reading/limits.js';
import { asFile, keepWritten } from '../reading/spool.js';
import { Window } from '../reading/window.js';
import { readPseudoFile } from './pseudo-file.js';
import { isSquashfs, superblockBytes, superblockFields } from './squashfs-superblock.js';

const tool = { program: 'unsquashfs', package: 'squashfs-tools' };

/** File systems of SquashFS 4.0. See README.md beside this file. */
export const squashfs: Format = {
  name: 'squashfs',
  kind: 'container',
  leavesOut: true,
  detect: isSquashfs,
  tools: [tool],
  fields: async (content) =>
    superblockFields(
      Buffer.from(await new Window(content).exactly(0, superblockBytes, 'the superblock')),
    ),
  parts: readSquashfs,
};

async function* readSquashfs(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const image = await asFile(content, access);
  try {
    // Not to a directory, so that no name of the image becomes a path.
    const options = ['-no-progress', '-p', '1', '-da', '32', '-fr', '32', '-pf'];
    const listed = await keepWritten(
      (path) => ({
        tool,
        args: [...options, path, image.path],
        paths: [path, image.path],
        input: undefined,
      }),
      access,
    );
    try {
      if (listed.content.size === 0) throw new FormatError('damaged', 'unsquashfs found nothing');
      yield* readPseudoFile(listed, new PartCount(access));
    } finally {
      await listed.remove();
    }
  } finally {
    await image.remove();
  }
}
