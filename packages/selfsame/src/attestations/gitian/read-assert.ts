import { isMap, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { ParsedNode } from 'yaml';
import { isWebPage, webPage } from '../hash-list.js';

/** What an assertion says, as gitian-builder's gbuild and gsign write it. */
export interface Assertion {
  readonly outManifest: string;
  readonly inManifest: string;
  readonly release: string;
  readonly name: string;
}

/** Largest assertion, bytes; real ones have 20 to 300 thousand. */
const maxBytes = 8 * 1024 ** 2;
const maxWarnings = 64;

/**
 * Reads a `.assert`: an ordered map, in whichever of the YAML dialects of gitian's versions (`!!omap`, `!omap`, a bare
 * `!` before quoted text, block and folded scalars). Every scalar is text: tags do nothing, and aliases, anchors, several
 * documents and fields given twice are refused. Returns why it is none, in a sentence without a full stop.
 */
export function readAssertion(bytes: Uint8Array): Assertion | string {
  if (bytes.length > maxBytes) return 'the assertion is too large';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'the assertion is not UTF-8';
  }
  if (isWebPage(bytes)) return webPage;
  const document = parseDocument<ParsedNode>(text.replace(closingQuote, indentedQuote), {
    schema: 'failsafe',
    logLevel: 'error',
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: false,
  });
  const [error] = document.errors;
  if (error !== undefined) return `it is not YAML: ${oneLine(error.message)}`;
  const isStrange = document.warnings.some(({ code }) => code !== 'TAG_RESOLVE_FAILED');
  if (isStrange || document.warnings.length > maxWarnings) return 'it is not YAML as gitian writes';
  let hasAlias = false;
  visit(document, {
    Alias() {
      hasAlias = true;
      return visit.BREAK;
    },
  });
  if (hasAlias) return 'it has an alias, which no honest program writes';
  const fields = new Map<string, string>();
  const root = document.contents;
  if (!isSeq(root)) return 'it is not an ordered map';
  for (const item of root.items) {
    // The library reads `!!omap` as pairs and `!omap` as maps of one pair.
    const isOne = isMap(item) && item.items.length === 1;
    const pair = isPair(item) ? item : isOne ? item.items[0] : undefined;
    if (pair === undefined || !isScalar(pair.key)) return 'it is not an ordered map';
    const key = String(pair.key.value);
    if (!wanted.has(key)) continue;
    if (fields.has(key)) return `the field ${key} is there twice`;
    if (!isScalar(pair.value) || typeof pair.value.value !== 'string') {
      return `the field ${key} is not text`;
    }
    fields.set(key, pair.value.value);
  }
  for (const key of wanted) if (!fields.has(key)) return `the field ${key} is missing`;
  if (fields.get('type') !== 'build') return 'it is not about a build';
  return {
    outManifest: fields.get('out_manifest') ?? '',
    inManifest: fields.get('in_manifest') ?? '',
    release: fields.get('release') ?? '',
    name: fields.get('name') ?? '',
  };
}

/**
 * YAML 1.1 programs closed folded text in the first column, which YAML 1.2 (§6.1) takes for its end. Nothing else
 * in an assertion stands there alone.
 */
const closingQuote = /^'$/gm;
const indentedQuote = "            '";

const wanted: ReadonlySet<string> = new Set([
  'out_manifest',
  'in_manifest',
  'release',
  'name',
  'type',
]);

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[.:]? *$/, '');
}
