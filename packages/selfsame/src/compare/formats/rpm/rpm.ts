import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { decodeCString, hexText } from '../reading/text.js';
import { Window } from '../reading/window.js';
import { readRpmHeader } from './rpm-header.js';
import type { RpmHeader } from './rpm-header.js';
import { headerTags, signatureTags } from './rpm-tags.js';

const leadBytes = 96;

/** Packages of RPM, version 4 (and 3, as far as it is the same). See README.md beside this file. */
export const rpm: Format = {
  name: 'rpm',
  kind: 'container',
  detect: (head) => Buffer.from(head.subarray(0, 4)).toString('hex') === 'edabeedb',
  parts: readRpm,
};

async function* readRpm(content: Content, access: FormatAccess): AsyncGenerator<Part> {
  const window = new Window(content);
  const lead = Buffer.from(await window.exactly(0, leadBytes, 'the lead'));
  yield {
    name: 'lead',
    type: 'section',
    fields: leadFields(lead),
    size: leadBytes,
    offset: 0,
    body: undefined,
  };
  checkStopped(access);
  const signature = await readRpmHeader(window, leadBytes, signatureTags);
  // Padded to 8 bytes.
  const headerStart = Math.ceil(signature.end / 8) * 8;
  const padding = await window.bytes(signature.end, headerStart - signature.end);
  yield tagPart('signature', signature, paddingFields(padding, signature.end));
  checkStopped(access);
  const header = await readRpmHeader(window, headerStart, headerTags);
  yield tagPart('header', header, []);
  if (header.end > content.size) throw new FormatError('damaged', 'it has no payload');
  yield {
    name: 'payload',
    type: 'section',
    fields: [],
    size: content.size - header.end,
    offset: header.end,
    body: undefined,
  };
}

/** All its bytes are in the fields. */
function tagPart(name: string, { fields }: RpmHeader, more: readonly Field[]): Part {
  return { name, type: 'other', fields: [...fields, ...more], size: 0, body: undefined };
}

/** What nothing but file(1) reads any more. */
function leadFields(lead: Buffer): Field[] {
  return [
    { name: 'version', kind: 'version', value: `${lead[4] ?? 0}.${lead[5] ?? 0}`, offset: 4 },
    {
      name: 'type',
      kind: 'other',
      value: lead.readUInt16BE(6) === 1 ? 'source' : 'binary',
      offset: 6,
    },
    { name: 'archnum', kind: 'other', value: String(lead.readUInt16BE(8)), offset: 8 },
    { name: 'name', kind: 'name', value: decodeCString(lead.subarray(10, 76)), offset: 10 },
    { name: 'osnum', kind: 'other', value: String(lead.readUInt16BE(76)), offset: 76 },
  ];
}

function paddingFields(padding: Buffer, offset: number): Field[] {
  if (padding.every((byte) => byte === 0)) return [];
  return [{ name: 'padding', kind: 'padding', value: hexText(padding), offset }];
}
