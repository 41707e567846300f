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
  const lines = withoutEnvelope.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.length > hashListBounds.lines)
    return { problem: `it has more than ${hashListBounds.lines} lines`, line: undefined };
  if (/^-{3} |^- ?!?o?map|^- out_manifest/m.test(text.slice(0, 4096))) {
    const assertion = readGitian(bytes);
    if (!('problem' in assertion)) return noted(assertion);
  }
  const list = isHeads(lines) ? readHeads(lines) : readSums(lines);
  return 'problem' in list ? list : noted(list);
}

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
