import type { Field, Part } from '../format.js';
import { hexText } from '../reading/text.js';
import type { Window } from '../reading/window.js';
import { safe } from './zip-directory.js';

export const signingBlockName = 'APK Signing Block';

const magic = 'APK Sig Block 42';

/** Largest block that is split; larger ones are one part without fields. */
const maxSplitBytes = 1024 ** 2;

/** Ids of pairs (Android Open Source Project, "APK Signature Scheme v2" and "v3"). */
const names: Readonly<Record<number, string>> = {
  0x7109871a: 'signature scheme v2',
  0xf05368c0: 'signature scheme v3',
  0x1b93ad61: 'signature scheme v3.1',
  0x42726577: 'padding',
  0x6dff800d: 'source stamp',
  0x504b4453: 'dependency info',
};

/** The block of signatures right before the central directory of an Android package, if there is one. */
export async function readSigningBlock(
  window: Window,
  directoryStart: number,
): Promise<Part | undefined> {
  if (directoryStart < 32) return undefined;
  const footer = await window.bytes(directoryStart - 24, 24);
  if (footer.length < 24 || footer.toString('latin1', 8) !== magic) return undefined;
  const stated = footer.readBigUInt64LE(0);
  if (stated > BigInt(directoryStart - 8) || stated < 24n) return undefined;
  const size = safe(stated) + 8;
  const offset = directoryStart - size;
  const head = await window.bytes(offset, 8);
  if (head.length < 8 || head.readBigUInt64LE(0) !== stated) return undefined;
  const fields =
    size > maxSplitBytes
      ? []
      : pairFields(Buffer.from(await window.bytes(offset + 8, size - 32)), offset + 8);
  return { name: signingBlockName, type: 'section', fields, size, offset, body: undefined };
}

function pairFields(bytes: Buffer, offset: number): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = bytes.readBigUInt64LE(at);
    if (length < 4n || length > BigInt(bytes.length - at - 8)) break;
    const id = bytes.readUInt32LE(at + 8);
    const end = at + 8 + Number(length);
    fields.push({
      name: names[id] ?? `0x${id.toString(16).padStart(8, '0')}`,
      kind: id === 0x42726577 ? 'padding' : 'signature',
      value: hexText(bytes.subarray(at + 12, end)),
      offset: offset + at + 12,
    });
    at = end;
  }
  return fields;
}
