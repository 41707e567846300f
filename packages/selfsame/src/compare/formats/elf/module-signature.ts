import type { Content, Field } from '../format.js';
import { Bytes } from '../structure/bytes.js';
import type { Piece } from '../structure/layout.js';
import { contentId } from '../structure/content-id.js';

const marker = '~Module signature appended~\n';
/** `struct module_signature` of the kernel's include/linux/module_signature.h. */
const trailerSize = 12;

export const moduleSignatureName = 'module signature';

/** The signature behind a kernel module (`struct module_signature`, big-endian), with its trailer. */
export async function moduleSignature(content: Content): Promise<Piece | undefined> {
  const size = marker.length + trailerSize;
  if (content.size < size) return undefined;
  const data = await content.read(content.size - size, size);
  const bytes = new Bytes(data, false);
  if (bytes.text(trailerSize) !== marker) return undefined;
  const whole = bytes.u8(3) + bytes.u8(4) + bytes.u32(8) + size;
  if (whole > content.size) return undefined;
  const offset = content.size - whole;
  const fields: Field[] = [
    {
      name: 'signature',
      kind: 'signature',
      value: await contentId(content, offset, whole),
      offset,
    },
  ];
  return { name: moduleSignatureName, offset, size: whole, fields, exclusive: true };
}
