import { FormatError, type Content, type Field, type FormatAccess } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { hexText } from '../reading/text.js';
import { Bytes, hex } from '../structure/bytes.js';
import { contentId } from '../structure/content-id.js';
import { uniqueNames, type Piece } from '../structure/layout.js';
import { withoutFields } from './other-bytes.js';

/** Apple's mach-o/loader.h. */
const command = {
  segment: 0x1,
  symbols: 0x2,
  loadDylib: 0xc,
  idDylib: 0xd,
  segment64: 0x19,
  uuid: 0x1b,
  runPath: 0x8000001c,
  codeSignature: 0x1d,
  minimumMacos: 0x24,
  functionStarts: 0x26,
  dataInCode: 0x29,
  sourceVersion: 0x2a,
  buildVersion: 0x32,
} as const;

/** Commands that only say where in `__LINKEDIT` something is: at +8 and +12. */
/** What no segment of a stranger's is called. */
const signatureName = 'code signature';

const linkEdit: ReadonlyMap<number, string> = new Map([
  [command.codeSignature, signatureName],
  [0x1e, 'segment split info'],
  [command.functionStarts, 'function starts'],
  [command.dataInCode, 'data in code'],
  [0x2b, 'code signing requirements'],
  [0x2e, 'linker optimization hints'],
  [0x80000033, 'exports'],
  [0x80000034, 'chained fixups'],
]);
/** `LC_DYLD_INFO` and `LC_DYLD_INFO_ONLY`: five pairs. */
const dyldInfo = new Set([0x22, 0x80000022]);
const dyldTables = ['rebase', 'bind', 'weak bind', 'lazy bind', 'export trie'];
const dylibs = new Set([
  command.loadDylib,
  command.idDylib,
  0x80000018,
  0x8000001f,
  0x20,
  0x80000023,
]);

const maximumCommands = 4096;
const longestCommands = 4 * 2 ** 20;
/** Section types whose bytes are not in the file. */
const zeroFill = new Set([1, 12, 18]);

export interface MachO {
  readonly wide: boolean;
  readonly little: boolean;
  readonly headerSize: number;
  readonly commandsSize: number;
  /** What of the load commands no field of the whole tells. */
  readonly otherBytes: Field;
  readonly fields: readonly Field[];
  readonly pieces: readonly Piece[];
}

const magics: Readonly<Record<string, { readonly wide: boolean; readonly little: boolean }>> = {
  feedface: { wide: false, little: false },
  cefaedfe: { wide: false, little: true },
  feedfacf: { wide: true, little: false },
  cffaedfe: { wide: true, little: true },
};

export const machoKind = (head: Uint8Array) => magics[hex(head.subarray(0, 4))];

/**
 * Header and load commands of a thin Mach-O file.
 *
 * @throws FormatError `damaged` when it has none
 */
export async function readMachO(content: Content, access: FormatAccess): Promise<MachO> {
  const head = await content.read(0, 32);
  const kind = machoKind(head);
  if (kind === undefined) throw new FormatError('damaged', 'has no Mach-O header');
  const { wide, little } = kind;
  const header = new Bytes(head, little);
  const headerSize = wide ? 32 : 28;
  const size = Math.min(header.u32(20), longestCommands);
  const bytes = new Bytes(await content.read(headerSize, size), little);
  const number = (name: string, at: number, kind: Field['kind']): Field => ({
    name,
    kind,
    value: `0x${header.u32(at).toString(16)}`,
    offset: at,
  });
  const fields: Field[] = [
    number('cputype', 4, 'other'),
    number('cpusubtype', 8, 'other'),
    number('filetype', 12, 'other'),
    number('flags', 24, 'flags'),
  ];
  const pieces: Piece[] = [];
  const unique = uniqueNames();
  let at = 0;
  for (let left = Math.min(header.u32(16), maximumCommands); left > 0; left--) {
    checkStopped(access);
    if (at + 8 > bytes.size) break;
    const length = bytes.u32(at + 4);
    if (length < 8 || at + length > bytes.size) break;
    const body = new Bytes(bytes.slice(at, length), little);
    for (const field of commandFields(body))
      fields.push({
        ...field,
        name: unique(field.name),
        offset: headerSize + at + (field.offset ?? 0),
      });
    pieces.push(...(await commandPieces(content, body, wide)));
    at += length;
  }
  const otherBytes: Field = {
    name: 'all that is not told',
    kind: 'other',
    value: hexText(withoutFields(bytes.data, fields, headerSize)),
    offset: headerSize,
  };
  return { wide, little, headerSize, commandsSize: bytes.size, otherBytes, fields, pieces };
}

/** What a command says; offsets count from its start. */
function commandFields(body: Bytes): Field[] {
  const type = body.u32(0);
  const version = (at: number): string => {
    const number = body.u32(at);
    return `${number >>> 16}.${(number >>> 8) & 255}.${number & 255}`;
  };
  const text = (name: string): Field[] => {
    const at = body.u32(8);
    return at < body.size ? [{ name, kind: 'name', value: body.text(at), offset: at }] : [];
  };
  if (type === command.uuid)
    return [{ name: 'LC_UUID', kind: 'id', value: uuid(body.slice(8, 16)), offset: 8 }];
  if (type === command.runPath) return text('LC_RPATH');
  if (type === command.sourceVersion)
    return [
      { name: 'LC_SOURCE_VERSION', kind: 'version', value: hex(body.slice(8, 8)), offset: 8 },
    ];
  if (type === command.minimumMacos)
    return [
      { name: 'minimum macOS', kind: 'version', value: version(8), offset: 8 },
      { name: 'SDK', kind: 'version', value: version(12), offset: 12 },
    ];
  if (type === command.buildVersion) {
    const tools = Array.from(
      { length: Math.min(body.u32(20), Math.floor((body.size - 24) / 8), 16) },
      (_, index): Field => ({
        name: `tool ${body.u32(24 + index * 8)}`,
        kind: 'version',
        value: version(28 + index * 8),
        offset: 28 + index * 8,
      }),
    );
    return [
      { name: 'platform', kind: 'other', value: `${body.u32(8)}`, offset: 8 },
      { name: 'minimum version', kind: 'version', value: version(12), offset: 12 },
      { name: 'SDK', kind: 'version', value: version(16), offset: 16 },
      ...tools,
    ];
  }
  if (dylibs.has(type)) {
    const seconds = body.u32(12);
    const name = type === command.idDylib ? 'LC_ID_DYLIB' : 'LC_LOAD_DYLIB';
    return [
      ...text(name),
      { name: `${name} timestamp`, kind: 'time', value: `${seconds}`, seconds, offset: 12 },
      { name: `${name} version`, kind: 'version', value: version(16), offset: 16 },
    ];
  }
  return [];
}

/** What a command says is elsewhere in the file. */
async function commandPieces(content: Content, body: Bytes, wide: boolean): Promise<Piece[]> {
  const type = body.u32(0);
  if (type === (wide ? command.segment64 : command.segment)) return segmentPieces(body, wide);
  if (type === command.symbols)
    return [
      { name: 'symbol table', offset: body.u32(8), size: body.u32(12) * (wide ? 16 : 12) },
      { name: 'string table', offset: body.u32(16), size: body.u32(20) },
    ];
  if (dyldInfo.has(type))
    return dyldTables.map((name, index) => ({
      name,
      offset: body.u32(8 + index * 8),
      size: body.u32(12 + index * 8),
    }));
  const name = linkEdit.get(type);
  if (name === undefined) return [];
  const [offset, size] = [body.u32(8), body.u32(12)];
  if (type !== command.codeSignature || offset >= content.size) return [{ name, offset, size }];
  const value = await contentId(content, offset, Math.min(size, content.size - offset));
  return [
    {
      ...{ name, offset, size, exclusive: true },
      fields: [{ name: 'signature', kind: 'signature', value, offset }],
    },
  ];
}

/** `VM_PROT_READ` alone, as `initprot` of what a program neither writes nor runs. */
const readable = 1;

/** Sections of a segment, `__TEXT,__text`; the segment itself takes what is in none. */
function segmentPieces(body: Bytes, wide: boolean): Piece[] {
  const word = (at32: number, at64: number): number => (wide ? body.u64(at64) : body.u32(at32));
  const name = body.text(8, 16);
  const [first, entry] = wide ? [72, 80] : [56, 68];
  const count = Math.min(body.u32(wide ? 64 : 48), Math.floor((body.size - first) / entry));
  const pieces: Piece[] = [
    {
      name: name === '' || name === signatureName ? `segment ${name}`.trim() : name,
      offset: word(32, 40),
      size: word(36, 48),
      filler: true,
      isOpen: name === '__LINKEDIT' && body.u32(wide ? 60 : 44) === readable,
    },
  ];
  for (let index = 0; index < count; index++) {
    const at = first + index * entry;
    const flags = body.u32(at + (wide ? 64 : 56));
    const relocations = {
      offset: body.u32(at + (wide ? 56 : 48)),
      size: body.u32(at + (wide ? 60 : 52)) * 8,
    };
    const section = `${body.text(at + 16, 16)},${body.text(at, 16)}`;
    if (!zeroFill.has(flags & 255))
      pieces.push({
        name: section,
        offset: body.u32(at + (wide ? 48 : 40)),
        size: wide ? body.u64(at + 40) : body.u32(at + 36),
      });
    pieces.push({ name: `${section} (relocations)`, ...relocations });
  }
  return pieces;
}

function uuid(data: Uint8Array): string {
  const text = hex(data).toUpperCase();
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-');
}
