import { sha256Hex } from '../digest/sha256.js';
import { formatNoteKey, noteKey, type NoteKeyType } from '../log/note.js';
import type { CompleteList } from '../verdict/completeness.js';
import type { Vote } from '../verdict/vote.js';
import { testKey } from './sign.js';

export const testBuild = { project: 'pigz', version: '2.8', target: 'default' };

/** For tests: a valid vote by the key `testKey(signer)` for `x` with this content. */
export function testVote(signer: string, content: string, changes: Partial<Vote> = {}): Vote {
  const { inputs = 'source', outcome = 'built' } = changes;
  return {
    key: testKey(signer).publicKey.id,
    signature: 'valid',
    evidence: sha256Hex(`${content} from ${inputs} ${outcome}`),
    format: 'claim',
    build: testBuild,
    inputs: 'source',
    outcome: 'built',
    artifacts: [{ path: 'x', sha256: sha256Hex(content) }],
    ...changes,
  };
}

/** For tests: a log's list of exactly these votes, as fresh as can be. */
export function completeList(votes: readonly Vote[], time = 0): CompleteList {
  return {
    build: testBuild,
    votes: votes.map(({ evidence, key }) => ({ evidence, key: key ?? '' })),
    time,
    witnesses: ['w1', 'w2'],
  };
}

/** For tests: the verifier key of a log or witness, whose key is `testKey(name)`. */
export function testVerifierKey(name: string, type: NoteKeyType = 'cosignature'): string {
  return formatNoteKey(noteKey(name, type, testKey(name).publicKey));
}

/** For tests: a log rule with two witnesses of two. */
export const testLogRule = {
  logs: [testVerifierKey('log', 'note')],
  witnesses: { threshold: 2, keys: ['w1', 'w2'].map((name) => testVerifierKey(name)) },
  votes: 'optional' as const,
  complete: false,
  maxAge: 100,
};
