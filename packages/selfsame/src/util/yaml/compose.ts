import { Composer, Lexer, Parser } from 'yaml';
import type { Document } from 'yaml';
import { mostErrorsPerFile } from './complaints.js';
import type { Complaints } from './complaints.js';
import type { YamlLimits } from './limits.js';
import { quote } from './quote.js';

/** Zero-width marks of the lexer of `yaml` before its scalars (yaml/src/parse/cst.ts). */
const scalarMark = '\u001f';

/** C0 controls but tab, LF, and CR before LF; DEL; C1; the bidirectional controls of CVE-2021-42574; a BOM that is not first; lone surrogates. */
const refusedCharacter =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)|(?<!^)\ufeff|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function refuseControlCharacters(text: string, complaints: Complaints): void {
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
export function compose(
  text: string,
  limits: YamlLimits,
  complaints: Complaints,
): Document | undefined {
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
  // A value takes about four lexemes with its indicators and blanks; comments and empty lines count too.
  const mostLexemes = 5 * limits.nodes;
  let lexemes = 0;
  let errors = 0;
  let previous = '';
  for (const lexeme of new Lexer().lex(text)) {
    const start = parser.offset;
    if (previous !== scalarMark) refuseLexeme(lexeme, start, complaints);
    previous = lexeme;
    for (const token of parser.next(lexeme)) {
      documents.push(...composer.next(token));
      if (token.type === 'error') errors++;
    }
    if (parser.stack.length > deepest) {
      const message = `nested deeper than ${limits.depth} levels`;
      complaints.add('YAML_LIMIT', message, start, start + 1, 'flatten the structure');
      return undefined;
    }
    if (++lexemes > mostLexemes) {
      const message = `more than ${mostLexemes} words, indicators, comments and lines`;
      complaints.add('YAML_LIMIT', message, start, start + 1, 'write less');
      return undefined;
    }
    // What follows would not be reported: two documents are known of when a third begins.
    if (complaints.isFull || errors >= mostErrorsPerFile || documents.length > 1) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  const [document, second] = documents;
  // Only the first: after it the parser guesses, and its other complaints follow from that.
  const [problem] = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (problem !== undefined) {
    const message = problem.message.replace(/\.?\s*$/, '');
    complaints.add(
      'YAML_SYNTAX',
      lowerFirst(message),
      problem.pos[0],
      problem.pos[1],
      'look at the indentation, quotes and brackets here and in the lines before',
    );
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

function refuseLexeme(lexeme: string, start: number, complaints: Complaints): void {
  const end = start + lexeme.length;
  if (lexeme.startsWith('!')) {
    const message = `tag ${quote(lexeme)} is not allowed`;
    complaints.add('YAML_REFUSED', message, start, end, 'remove the tag');
  } else if (lexeme.startsWith('%')) {
    const hint = 'remove this line; files are read as YAML 1.2';
    complaints.add('YAML_REFUSED', 'YAML directives are not allowed', start, end, hint);
  }
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
