import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { asFile, keepOutput, sliceOf } from '../reading/spool.js';
import { Window } from '../reading/window.js';
import { tar } from '../tar/tar.js';
import { descriptorBytes, descriptorOffset, isDescriptor, volumeFields } from './iso-descriptor.js';

const tool = { program: 'bsdtar', package: 'libarchive-tools' };

/** Images of ISO 9660 with Rock Ridge and Joliet. See README.md beside this file. */
export const iso: Format = {
  name: 'iso9660',
  kind: 'container',
  leavesOut: true,
  tools: [tool],
  detect: async (_head, content) =>
    content.size >= descriptorOffset + descriptorBytes &&
    isDescriptor(Buffer.from(await content.read(descriptorOffset, 8))),
  fields: (content) => volumeFields(new Window(content)),
  parts: readIso,
};

/** Fields of the archive that bsdtar makes which come from the image. */
const kept: ReadonlySet<string> = new Set([
  'mode',
  'uid',
  'gid',
  'mtime',
  'atime',
  'ctime',
  'LIBARCHIVE.creationtime',
  'linkname',
  'linkpath',
  'devmajor',
  'devminor',
]);

async function* readIso(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const image = await asFile(content, access);
  try {
    const args = ['-c', '-f', '-', '--format=pax', `@${image.path}`];
    const run = { tool, args, paths: [image.path], input: undefined };
    const archive = await keepOutput(run, access);
    try {
      for await (const part of tar.parts(archive.content, access)) {
        // Padding of the archive that is only in between.
        if (part.type === 'section') continue;
        const { offset, name, type, size } = part;
        const body = offset === undefined ? part.body : sliceOf(archive, offset, size);
        yield { name, type, size, fields: part.fields.flatMap(withoutOffset), body };
      }
    } finally {
      await archive.remove();
    }
  } finally {
    await image.remove();
  }
}

function withoutOffset({ offset: _, ...field }: Field): Field[] {
  return kept.has(field.name) ? [field] : [];
}
