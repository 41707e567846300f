import { readGitian } from './gitian.js';
import { hashListBounds } from './hash-list.js';
import type { HashEntry, HashList, NotAHashList } from './hash-list.js';
import { isHeads, readHeads } from './heads.js';
import { readSums } from './sums.js';

/**
 * Reads a list of hashes of any kind: `sha256sum` and its siblings (so the manifests of guix.sigs and Tor), BSD's tagged
 * form, Heads' `hashes.txt`, gitian's `.assert`. Says why it is none of them otherwise.
 */
export function readHashList(bytes: Uint8Array): HashList | NotAHashList {
  if (bytes.length > hashListBounds.bytes) return { problem: 'it is too large', line: undefined };
  // No program writes names with NUL into lines; one that ends lines with it (`sha256sum -z`) writes no lines.
  if (bytes.includes(0)) return { problem: 'it holds bytes that are no text', line: undefined };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'it is not UTF-8', line: undefined };
  }
  if (/^\s*<(?:!doctype|html)/i.test(text.slice(0, 256)))
    return {
      problem: 'it is a web page, saved in place of a download that failed',
      line: undefined,
    };
  const withoutEnvelope = clearSigned(text);
  const lines = linesOf(withoutEnvelope);
  if (lines.length > hashListBounds.lines)
    return { problem: `it has more than ${hashListBounds.lines} lines`, line: undefined };
  if (yamlStart.test(text.slice(0, yamlWithin))) {
    const assertion = readGitian(bytes);
    if (!('problem' in assertion)) return noted(assertion);
  }
  const list = isHeads(lines) ? readHeads(lines) : readSums(lines);
  return 'problem' in list ? list : noted(list);
}

/** What may be a gitian assertion, and so is read as YAML. */
const yamlStart = /^-{3} |^- ?!?o?map|^- out_manifest/m;
const yamlWithin = 4096;
/** Bytes: no line of a list but a comment is as long, as names are bounded. */
const longestLine = 2 * hashListBounds.name;
/** Bytes by which a file is seen to be no list. */
export const headBytes = 64 * 1024;

/**
 * Whether a file that begins like this can be a list of hashes, so that it is worth reading: `readHashList` finds a problem
 * in every file of which this is false.
 *
 * @param head the first `headBytes` of the file, all of it if it is shorter
 */
export function canBeHashList(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  let text: string;
  try {
    // A character may be cut off.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return false;
  }
  if (signedStart.test(text) || yamlStart.test(text.slice(0, yamlWithin))) return true;
  // And so may the last line.
  const lines = linesOf(text).slice(0, -1);
  if (lines.length === 0) return head.length < longestLine || text.startsWith('#');
  const list = isHeads(lines) ? readHeads(lines) : readSums(lines);
  return !('problem' in list) || list.line === undefined;
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/\r$/, ''));
}

const signedStart = /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n/;
const signatureEnd = '\n-----END PGP SIGNATURE-----';

/**
 * The text in a clear-signed message (RFC 9580, 7): the signature is judged by `selfsame verify`, not here. What stands
 * behind the signature is text, too: programs that check sums read all lines that are sums.
 */
function clearSigned(text: string): string {
  const start = /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[A-Za-z-]+: [^\n]*\n)*\r?\n/.exec(text);
  if (start === null) return text;
  const end = text.indexOf('\n-----BEGIN PGP SIGNATURE-----');
  const signed = text.slice(start[0].length, end === -1 ? undefined : end).replace(/^- /gm, '');
  const behind = end === -1 ? -1 : text.indexOf(signatureEnd, end);
  return behind === -1
    ? signed
    : `${signed}\n${text.slice(behind + signatureEnd.length).trimStart()}`;
}

/** Says of names that are there more than once. */
function noted(list: HashList): HashList {
  const seen = new Map<string, HashEntry>();
  const notes: string[] = [];
  for (const entry of list.entries) {
    const key = `${entry.role} ${entry.within ?? ''} ${entry.algorithm} ${entry.path}`;
    const before = seen.get(key);
    if (before !== undefined && notes.length < 20) {
      const same = before.digest === entry.digest ? 'the same' : 'another';
      notes.push(
        `${JSON.stringify(entry.path)} is there again with ${same} digest (line ${entry.line})`,
      );
    }
    seen.set(key, before ?? entry);
  }
  return { ...list, notes: [...list.notes, ...notes] };
}
