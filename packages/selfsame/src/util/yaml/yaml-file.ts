import { isScalar } from 'yaml';
import { SelfsameError, SelfsameErrors } from '../../errors/selfsame-error.js';
import type { SourceLocation } from '../../errors/selfsame-error.js';
import { Complaints } from './complaints.js';
import { compose, refuseControlCharacters } from './compose.js';
import { Conversion } from './conversion.js';
import { defaultYamlLimits } from './limits.js';
import type { YamlLimits } from './limits.js';
import { indexLines } from './line-index.js';
import type { LineIndex } from './line-index.js';
import { find, locate, locateInString } from './places.js';
import type { Reading } from './places.js';

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
