// Specification: docs/claims-and-verdicts.md "What is signed": no unknown fields.

import { VerifyError, type VerifyErrorCode } from '../errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './value.js';

export type FieldPath = readonly (string | number)[];

/**
 * Reads objects whose fields are all known: unknown fields are refused, since a reader that ignored
 * one could be told something else than a reader that knows it.
 */
export class FieldReader {
  readonly #errorOf: (message: string, path: FieldPath) => Error;

  /** @param refusal what every refusal of this reader is called; or makes it, for packages with errors of their own. */
  constructor(refusal: VerifyErrorCode | ((message: string, path: FieldPath) => Error)) {
    this.#errorOf =
      typeof refusal === 'string'
        ? (message, path) => new VerifyError(refusal, message, { path })
        : refusal;
  }

  /** An object with every `required` field, maybe `optional` ones, and no other. */
  object(
    value: JsonValue | undefined,
    path: FieldPath,
    required: readonly string[],
    optional: readonly string[] = [],
  ): JsonObject {
    const object = this.record(value, path);
    for (const key of Object.keys(object)) {
      if (!required.includes(key) && !optional.includes(key)) {
        this.fail(`unknown field ${JSON.stringify(key)}`, [...path, key]);
      }
    }
    for (const key of required) {
      if (!Object.hasOwn(object, key)) this.fail(`the field "${key}" is missing`, path);
    }
    return object;
  }

  /** An object whose keys are data. */
  record(value: JsonValue | undefined, path: FieldPath): JsonObject {
    if (!isJsonObject(value)) this.fail('not an object', path);
    return value;
  }

  array(value: JsonValue | undefined, path: FieldPath, maxItems: number): readonly JsonValue[] {
    if (!Array.isArray(value)) this.fail('not a list', path);
    const items = value as readonly JsonValue[];
    if (items.length > maxItems) {
      throw new VerifyError(
        'LIMIT_EXCEEDED',
        `${describePath(path)}: ${items.length} items, more than the limit of ${maxItems}`,
        { path },
      );
    }
    return items;
  }

  string(value: JsonValue | undefined, path: FieldPath): string {
    if (typeof value !== 'string') this.fail('not a text', path);
    return value;
  }

  /** A whole number from 0 to 2^53-1. */
  count(value: JsonValue | undefined, path: FieldPath): number {
    return this.wholeNumber(value, path, 0, 'not a whole number');
  }

  /** A whole number from `least` to 2^53-1; anything else is refused with `otherwise`. */
  wholeNumber(
    value: JsonValue | undefined,
    path: FieldPath,
    least: number,
    otherwise: string,
  ): number {
    if (!Number.isSafeInteger(value) || (value as number) < least) this.fail(otherwise, path);
    return value as number;
  }

  /** One of a few texts. */
  choice<T extends string>(value: JsonValue | undefined, path: FieldPath, known: readonly T[]): T {
    const found = known.find((each) => each === value);
    return found ?? this.fail(`not one of ${known.join(', ')}`, path);
  }

  /** What `parse` reads in a field: what it refuses is refused at this place, in the same words. */
  part<T>(path: FieldPath, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (error instanceof VerifyError) this.fail(error.message, path);
      throw error;
    }
  }

  fail(what: string, path: FieldPath, code?: VerifyErrorCode): never {
    const message = `${describePath(path)}: ${what}`;
    throw code === undefined
      ? this.#errorOf(message, path)
      : new VerifyError(code, message, { path });
  }
}

/** `subject[0].name` for `['subject', 0, 'name']`; long keys are cut. */
function describePath(path: FieldPath): string {
  if (path.length === 0) return 'the document';
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const text = /^[\w.@+-]{1,64}$/.test(part) ? part : JSON.stringify(part.slice(0, 64));
      return index === 0 ? text : `.${text}`;
    })
    .join('');
}
