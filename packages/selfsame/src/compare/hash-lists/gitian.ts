import { isScalar, parseDocument, visit } from 'yaml';

import { readAssertion } from '../../attestations/gitian/read-assert.js';
import type { HashEntry, HashList, NotAHashList } from './hash-list.js';
import { readSumLine } from './sums.js';

/** Reads an assertion of gitian-builder: what was made, of what, and the packages of the machine it was made in. */
export function readGitian(bytes: Uint8Array): HashList | NotAHashList {
  const assertion = readAssertion(bytes);
  if (typeof assertion === 'string') return { problem: assertion, line: undefined };
  const entries: HashEntry[] = [];
  const notes: string[] = [];
  let unread: string | undefined;
  const add = (text: string, role: HashEntry['role']): void => {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      const sum = readSumLine(line) ?? commitLine(line);
      if (sum === undefined) {
        const problem = `a line of its ${role}s is no sum and name`;
        notes.push(problem);
        if (role === 'artifact') unread ??= problem;
      } else entries.push({ ...sum, line: 0, role, within: undefined });
    }
  };
  add(assertion.outManifest, 'artifact');
  add(assertion.inManifest, 'input');
  for (const manifest of baseManifests(bytes)) add(manifest, 'environment');
  // What it says of artifacts decides: nothing of that may be left out.
  if (unread !== undefined) return { problem: unread, line: undefined };
  if (entries.length === 0) return { problem: 'it lists nothing', line: undefined };
  const { release, name } = assertion;
  return { format: 'gitian', entries, facts: { release, name }, notes: [...new Set(notes)] };
}

/** `git:<commit> <name>`: an input that is a commit. */
function commitLine(line: string): ReturnType<typeof readSumLine> {
  const [, digest, name] = /^git:([0-9a-f]{40}) +(\S.*)$/.exec(line.trim()) ?? [];
  if (digest === undefined || name === undefined) return undefined;
  return { path: `git:${name}`, algorithm: 'sha1', digest, size: undefined };
}

/** The texts below `base_manifests`, whatever they are called. The document was checked by `readAssertion`. */
function baseManifests(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'error' });
  const found: string[] = [];
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key)) return undefined;
      if (pair.key.value === 'base_manifests') return undefined;
      if (isScalar(pair.value) && typeof pair.value.value === 'string') {
        const isOwn = ['out_manifest', 'in_manifest'].includes(String(pair.key.value));
        if (!isOwn && readSumLine(pair.value.value.split('\n')[0] ?? '') !== undefined)
          found.push(pair.value.value);
      }
      return undefined;
    },
  });
  return found;
}
