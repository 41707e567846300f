import type { Content, Field, Format } from '../format.js';
import { runTool } from './child.js';
import type { Tool, ToolRun } from './child.js';
import { Window } from './window.js';

/** The size of a part whose bytes must be read to be counted. */
export const unknownSize = 0;

/** A format that a program of the machine unpacks from standard input to standard output. */
export interface CompressedFormat {
  readonly name: string;
  /** First bytes; files of the format have them and others do not. */
  readonly magic: readonly number[];
  /** A further test, of the first 4,096 bytes. */
  readonly also?: (head: Uint8Array, name: string) => boolean;
  readonly tool: Tool;
  readonly args: readonly string[];
  readonly goodStatuses?: ToolRun['goodStatuses'];
  readonly isDamage?: ToolRun['isDamage'];
  readonly reasonOf?: ToolRun['reasonOf'];
  /** What the headers say. Never throws but FormatError. */
  readonly fields: (window: Window, content: Content) => Promise<readonly Field[]>;
}

/** Its reader: one part with what comes out. */
export function compressedFormat(spec: CompressedFormat): Format {
  const { name, magic, also, tool, args, fields, ...rest } = spec;
  return {
    name,
    kind: 'compressed',
    tools: [tool],
    detect: (head, _content, fileName) =>
      magic.every((byte, index) => head[index] === byte) && (also?.(head, fileName) ?? true),
    fields: (content) => fields(new Window(content), content),
    async *parts(content, access) {
      yield {
        name: 'content',
        type: 'file',
        fields: [],
        size: unknownSize,
        body: runTool({ tool, args, input: content, ...rest }, access),
      };
    },
  };
}
