import { isTarHeader } from '../../../inputs/unpack/tar-header.js';
import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { UniqueNames } from '../reading/text.js';
import { Window } from '../reading/window.js';
import { blockBytes, splitHeader } from '../tar/tar-fields.js';
import { tar } from '../tar/tar.js';
import { findRoles } from './oci-layout.js';
import { lookUp } from './oci-parts.js';

/** Images of containers as archives: OCI image layouts and what `docker save` writes. See README.md beside this file. */
export const oci: Format = {
  name: 'oci-image',
  kind: 'container',
  detect: isImage,
  parts: readImage,
};

/** Members that are looked at to tell such an archive from others. */
const maxHeaders = 300;

/** Members that are held until documents have named them; images have some hundreds. */
const maxMembers = 20_000;

/** Names that the first member of such an archive can have. */
const firstNames =
  /^(?:\.\/)?(?:blobs(?:\/.*)?|oci-layout|index\.json|manifest\.json|repositories|[0-9a-f]{64}(?:[./].*)?)$/;

async function isImage(head: Uint8Array, content: Content): Promise<boolean> {
  const first = Buffer.from(head.subarray(0, blockBytes));
  if (!isTarHeader(first) || !firstNames.test(splitHeader(first, 0).name)) return false;
  const window = new Window(content);
  let offset = 0;
  for (let count = 0; count < maxHeaders; count++) {
    const block = Buffer.from(await window.bytes(offset, blockBytes));
    if (!isTarHeader(block)) return false;
    const { name, size = 0n } = splitHeader(block, offset);
    if (name === 'oci-layout' || name === 'manifest.json') return true;
    if (size < 0n || size > BigInt(content.size)) return false;
    offset += blockBytes + Math.ceil(Number(size) / blockBytes) * blockBytes;
  }
  return false;
}

/** What documents name comes first, in their order; then all other members in that of the archive. */
async function* readImage(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const parts = new Map<string, Part>();
  let stopped: FormatError | undefined;
  try {
    for await (const part of tar.parts(content, access)) {
      // Sparse members are unpacked as they are read, which they cannot be later; nobody writes them here.
      if (part.body !== undefined) throw new FormatError('unsupported', 'it has sparse members');
      if (parts.size >= maxMembers) {
        throw new FormatError('too-large', `it has more than ${maxMembers} members`);
      }
      parts.set(part.name, part);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    stopped = error;
  }
  const names = new UniqueNames();
  const roles = await findRoles(lookUp(content, parts, access));
  for (const { path, name, mediaType } of roles) {
    const part = parts.get(path);
    if (part === undefined) continue;
    parts.delete(path);
    // The name is a digest of the content.
    const fields: Field[] = [{ name: 'path', kind: 'checksum', value: path }, ...part.fields];
    if (mediaType !== undefined)
      fields.push({ name: 'mediaType', kind: 'other', value: mediaType });
    yield { ...part, name: names.unique(name), fields };
  }
  for (const [path, part] of parts) yield { ...part, name: names.unique(path) };
  if (stopped !== undefined) throw stopped;
}
