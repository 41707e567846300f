import { Composer, isAlias, isMap, isPair, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Alias, Document, Node, Scalar } from 'yaml';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import type { SourceLocation } from '../errors/selfsame-error.js';
import { indexLines } from './line-index.js';
import type { LineIndex } from './line-index.js';
import { scalarOffsets } from './scalar-offsets.js';

/** Bounds on one YAML file a person (or an attacker) wrote. */
export interface YamlLimits {
  /** Bytes of the file in UTF-8. */
  readonly bytes: number;
  /** Nested mappings and sequences. */
  readonly depth: number;
  /** Values of the document with every alias expanded. */
  readonly nodes: number;
  /** Uses of aliases (`*name`). */
  readonly aliases: number;
}

export const defaultYamlLimits: YamlLimits = {
  bytes: 1024 * 1024,
  depth: 32,
  nodes: 100_000,
  aliases: 100,
};

/** Keys and indices from the root of a document to one of its values. */
export type YamlPath = readonly (string | number)[];

/** One YAML file: its value, and where each part of it stands in the text. */
export interface YamlFile {
  /** The name used in locations. */
  readonly file: string;
  readonly text: string;
  /** Plain data: null, booleans, numbers, strings, arrays, and objects with own string keys. Not to be changed: aliases share objects. */
  readonly value: unknown;
  /**
   * The place of the value at `path`, or of its key. For a path that does not exist: the key of the
   * deepest value that does, or the start of the document.
   */
  locate(path: YamlPath, part?: 'key' | 'value'): SourceLocation;
  /** The place of `length` characters from `offset` of the string value at `path`, through quotes, escapes, folding and indentation. */
  locateInString(path: YamlPath, offset: number, length: number): SourceLocation;
  /** The scalar at `path` as it is written, without quotes or comments; undefined if it is not a scalar. */
  writtenAs(path: YamlPath): string | undefined;
}

/** The most complaints about one file; more would not be read. */
const mostErrorsPerFile = 20;

/** Zero-width marks of the lexer of `yaml` before its scalars (yaml/src/parse/cst.ts). */
const scalarMark = '\u001f';

/**
 * Reads one YAML 1.2 document (core schema) within `limits`. Refused, with a place: syntax errors,
 * duplicate keys, tags, merge keys, directives, several documents, aliases of what encloses them,
 * control characters other than tab and line feed, and bidirectional controls (a recipe must look like what it does).
 *
 * @param file the name for locations, as a person would type it
 * @throws SelfsameErrors with every complaint (YAML_SYNTAX, YAML_REFUSED, YAML_LIMIT, DUPLICATE_KEY)
 */
export function parseYamlFile(
  text: string,
  file: string,
  limits: YamlLimits = defaultYamlLimits,
): YamlFile {
  const { value } = read(text, file, limits);
  // The tree is ten times the size of the text: it is made again in the rare case that a place is asked for.
  let again: Reading | undefined;
  const reading = (): Reading => (again ??= read(text, file, limits));
  return {
    file,
    text,
    value,
    locate: (path, part = 'value') => locate(reading(), path, part),
    locateInString: (path, offset, length) => locateInString(reading(), path, offset, length),
    writtenAs(path) {
      const { node } = find(reading(), path);
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
    },
  };
}

interface Reading {
  readonly text: string;
  readonly root: Node | null;
  readonly value: unknown;
  readonly aliasTargets: ReadonlyMap<Alias, Node>;
  readonly lines: LineIndex;
}

function read(text: string, file: string, limits: YamlLimits): Reading {
  if (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes) {
    throw new SelfsameErrors([
      new SelfsameError('YAML_LIMIT', `${file} is larger than ${limits.bytes} bytes`, {
        hint: 'split the file, or move long scripts into files of their own (script: build.sh)',
        location: { file, line: 1, column: 1, length: 1 },
      }),
    ]);
  }
  let index: LineIndex | undefined;
  const lines: LineIndex = {
    locate: (start, end) => (index ??= indexLines(text, file)).locate(start, end),
  };
  const complaints = new Complaints(lines);
  refuseControlCharacters(text, complaints);
  complaints.throwIfAny();
  const document = compose(text, limits, complaints);
  complaints.throwIfAny();
  const root = document?.contents ?? null;
  const conversion = new Conversion(limits, complaints);
  const value = root === null ? null : conversion.convert(root, 0).value;
  complaints.throwIfAny();
  return { text, root, value, aliasTargets: conversion.aliasTargets, lines };
}

type YamlErrorCode = 'YAML_SYNTAX' | 'YAML_REFUSED' | 'YAML_LIMIT' | 'DUPLICATE_KEY';

class Complaints {
  readonly #lines: LineIndex;
  readonly #errors: SelfsameError[] = [];

  constructor(lines: LineIndex) {
    this.#lines = lines;
  }

  add(code: YamlErrorCode, message: string, start: number, end: number, hint?: string): void {
    if (this.#errors.length >= mostErrorsPerFile) return;
    const location = this.#lines.locate(start, end);
    this.#errors.push(
      new SelfsameError(code, message, { location, ...(hint === undefined ? {} : { hint }) }),
    );
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#errors;
    if (first !== undefined) throw new SelfsameErrors([first, ...rest]);
  }
}

/** C0 controls but tab, LF, and CR before LF; DEL; C1; the bidirectional controls of CVE-2021-42574; a BOM that is not first; lone surrogates. */
const refusedCharacter =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)|(?<!^)\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function refuseControlCharacters(text: string, complaints: Complaints): void {
  for (const match of text.matchAll(refusedCharacter)) {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    complaints.add(
      'YAML_REFUSED',
      `character U+${code} is not allowed here`,
      match.index,
      match.index + 1,
      'remove it, or write it as an escape in double quotes ("\\u…")',
    );
  }
}

/** Parses with bounds kept while it happens: the composer recurses, so depth must be refused before it. */
function compose(text: string, limits: YamlLimits, complaints: Complaints): Document | undefined {
  const parser = new Parser();
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    // Compares every pair of keys of a mapping; Conversion does it in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document[] = [];
  // One level of the document is at most two of the parser's stack (an item and its collection).
  const deepest = 2 * limits.depth + 4;
  let previous = '';
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    if (previous !== scalarMark) {
      if (lexeme.startsWith('!')) {
        complaints.add(
          'YAML_REFUSED',
          `tag ${quote(lexeme)} is not allowed`,
          start,
          start + lexeme.length,
          'remove the tag',
        );
      } else if (lexeme.startsWith('%')) {
        complaints.add(
          'YAML_REFUSED',
          'YAML directives are not allowed',
          start,
          start + lexeme.length,
          'remove this line; files are read as YAML 1.2',
        );
      }
    }
    previous = lexeme;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > deepest) {
      complaints.add(
        'YAML_LIMIT',
        `nested deeper than ${limits.depth} levels`,
        start,
        start + 1,
        'flatten the structure',
      );
      return undefined;
    }
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  const [document, second] = documents;
  for (const problem of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) {
    const message = problem.message.replace(/\.?\s*$/, '');
    complaints.add('YAML_SYNTAX', lowerFirst(message), problem.pos[0], problem.pos[1]);
  }
  if (second !== undefined) {
    const start = second.range?.[0] ?? 0;
    complaints.add(
      'YAML_REFUSED',
      'a second YAML document starts here',
      start,
      start + 3,
      'keep one document per file',
    );
  }
  return document;
}

/** From nodes to plain data, counting what aliases expand to. */
class Conversion {
  readonly aliasTargets = new Map<Alias, Node>();
  readonly #limits: YamlLimits;
  readonly #complaints: Complaints;
  readonly #anchors = new Map<string, { node: Node; value: unknown; nodes: number }>();
  #aliases = 0;
  #nodes = 0;
  #full = false;

  constructor(limits: YamlLimits, complaints: Complaints) {
    this.#limits = limits;
    this.#complaints = complaints;
  }

  convert(node: Node, depth: number): { value: unknown; nodes: number } {
    const [start, end] = rangeOf(node);
    if (isAlias(node)) return this.#alias(node, start, end);
    if (depth > this.#limits.depth) {
      this.#limit(
        `nested deeper than ${this.#limits.depth} levels`,
        start,
        'flatten the structure',
      );
      return { value: null, nodes: 1 };
    }
    const before = this.#nodes;
    this.#count(1, start);
    let value: unknown = null;
    if (isScalar(node)) value = node.value;
    else if (isSeq(node)) value = this.#sequence(node.items, depth, start);
    else if (isMap(node)) value = this.#mapping(node.items, depth, start);
    const nodes = this.#nodes - before;
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, value, nodes });
    return { value, nodes };
  }

  #sequence(items: readonly unknown[], depth: number, start: number): unknown[] {
    const value: unknown[] = [];
    for (const item of items) {
      if (this.#full) break;
      if (isPair(item)) {
        // `[a: b]`: a mapping of one pair without braces.
        value.push(this.#mapping([item], depth + 1, start));
      } else {
        value.push(this.convert(item as Node, depth + 1).value);
      }
    }
    return value;
  }

  #mapping(
    items: readonly { key: unknown; value: unknown }[],
    depth: number,
    start: number,
  ): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const pair of items) {
      if (this.#full) break;
      const keyNode = pair.key as Node | null;
      const [keyStart, keyEnd] = keyNode === null ? [start, start + 1] : rangeOf(keyNode);
      this.#count(1, keyStart);
      if (!isScalar(keyNode)) {
        this.#complaints.add('YAML_REFUSED', 'a key must be plain text', keyStart, keyEnd);
        continue;
      }
      const key = keyText(keyNode);
      if (key === '<<' || key === '__proto__') {
        const hint = key === '<<' ? 'write the keys out' : 'choose another name';
        this.#complaints.add('YAML_REFUSED', `key "${key}" is not allowed`, keyStart, keyEnd, hint);
        continue;
      }
      if (seen.has(key)) {
        const message = `key ${quote(key)} is given twice`;
        this.#complaints.add('DUPLICATE_KEY', message, keyStart, keyEnd, 'remove one of the two');
        continue;
      }
      seen.add(key);
      value[key] = pair.value === null ? null : this.convert(pair.value as Node, depth + 1).value;
    }
    return value;
  }

  #alias(node: Alias, start: number, end: number): { value: unknown; nodes: number } {
    if (++this.#aliases > this.#limits.aliases) {
      this.#limit(`more than ${this.#limits.aliases} aliases`, start, 'write the values out');
      return { value: null, nodes: 1 };
    }
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      this.#complaints.add(
        'YAML_REFUSED',
        `alias ${quote('*' + node.source)} refers to nothing before it`,
        start,
        end,
        `define the anchor &${node.source} on an earlier value that does not contain the alias`,
      );
      return { value: null, nodes: 1 };
    }
    this.aliasTargets.set(node, target.node);
    this.#count(target.nodes, start);
    return target;
  }

  #count(nodes: number, at: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#limits.nodes) {
      this.#limit(`more than ${this.#limits.nodes} values with aliases expanded`, at, 'write less');
    }
  }

  /** A bound that was reached once is said once. */
  #limit(message: string, at: number, hint: string): void {
    if (this.#full) return;
    this.#full = true;
    this.#complaints.add('YAML_LIMIT', message, at, at + 1, hint);
  }
}

/** A key as text: `8.2:` and `true:` are the keys "8.2" and "true", as they are written. */
function keyText(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function rangeOf(node: Node): [number, number] {
  const range = node.range;
  return range ? [range[0], range[1]] : [0, 1];
}

interface Found {
  readonly node: Node | null;
  /** Key that leads to the deepest value found, absent at the root and in sequences. */
  readonly key: Node | null;
  readonly complete: boolean;
}

function find(reading: Reading, path: YamlPath): Found {
  let node: Node | null = reading.root;
  let key: Node | null = null;
  for (const part of path) {
    const target: Node | null = isAlias(node) ? (reading.aliasTargets.get(node) ?? null) : node;
    if (isMap(target)) {
      const pair = target.items.find((item) => isScalar(item.key) && keyText(item.key) === part);
      if (pair === undefined) return { node, key, complete: false };
      key = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(target) && typeof part === 'number' && part < target.items.length) {
      const item: unknown = target.items[part];
      key = null;
      node = (isPair(item) ? item.key : item) as Node;
    } else {
      return { node, key, complete: false };
    }
  }
  return { node, key, complete: true };
}

function locate(reading: Reading, path: YamlPath, part: 'key' | 'value'): SourceLocation {
  const { node, key, complete } = find(reading, path);
  const chosen = (part === 'key' || !complete) && key !== null ? key : (node ?? key);
  if (chosen === null) return reading.lines.locate(0, 1);
  const [start, end] = rangeOf(chosen);
  // A mapping as a whole is pointed at by its first key, not by all of it.
  if (isMap(chosen) && !chosen.flow) {
    const first: unknown = chosen.items[0]?.key;
    if (isScalar(first)) return reading.lines.locate(...rangeOf(first));
  }
  // An empty value (`name:`) has no width: its key is what can be seen.
  if (start === end && key !== null) return reading.lines.locate(...rangeOf(key));
  return reading.lines.locate(start, end);
}

function locateInString(
  reading: Reading,
  path: YamlPath,
  offset: number,
  length: number,
): SourceLocation {
  const { node: found } = find(reading, path);
  const node = isAlias(found) ? reading.aliasTargets.get(found) : found;
  if (!isScalar(node) || typeof node.value !== 'string') return locate(reading, path, 'value');
  const offsets = scalarOffsets(reading.text, node);
  const start = offsets[Math.min(offset, offsets.length - 1)] ?? rangeOf(node)[0];
  const last = offsets[Math.min(offset + length, offsets.length) - 1] ?? start;
  return reading.lines.locate(start, Math.max(start, last) + 1);
}

/** Quotes text of a file for a message: one line, at most 60 characters. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return JSON.stringify(short);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
