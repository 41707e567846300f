import { expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { codeOf, mutate } from '../testing/codes.js';
import { formatLogEntry, parseLogEntry, type LogEntry } from './entry.js';

const entry: LogEntry = {
  build: { project: 'pigz', version: '2.8', target: 'default' },
  definition: sha256Hex('definition'),
  outcome: 'built',
  payload: sha256Hex('payload'),
  key: sha256Hex('key'),
  signature: Uint8Array.from({ length: 64 }, (_, n) => n),
};
const bytes = formatLogEntry(entry);
const text = Buffer.from(bytes).toString();
const code = (input: string) => codeOf(() => parseLogEntry(Buffer.from(input)));
const named = (project: string, size = 64) =>
  codeOf(() =>
    parseLogEntry(
      formatLogEntry({
        ...entry,
        build: { ...entry.build, project },
        signature: new Uint8Array(size),
      }),
    ),
  );

it('reads a leaf as it was written', () => {
  expect(parseLogEntry(bytes)).toEqual(entry);
  for (const outcome of ['reproduced', 'differs'] as const) {
    expect(parseLogEntry(formatLogEntry({ ...entry, outcome })).outcome).toBe(outcome);
  }
});

it.each([
  ['another version', text.replace('/v1', '/v2')],
  ['an unknown outcome', text.replace('outcome built', 'outcome good')],
  ['an outcome that is not defined', text.replace('outcome built', 'outcome undefined')],
  ['a missing field', text.replace(/outcome .*\n/, '')],
  ['fields in another order', text.replace(/(project .*\n)(version .*\n)/, '$2$1')],
  ['a field without a space', text.replace('target ', 'target')],
  ['no project', text.replace('pigz', '')],
  ['no version', text.replace('2.8', '')],
  ['a target with a control character', text.replace('default', 'def\tault')],
  ['a carriage return', text.replaceAll('\n', '\r\n')],
  ['a short definition', text.replace(entry.definition, entry.definition.slice(1))],
  ['a payload in capitals', text.replace(entry.payload, entry.payload.toUpperCase())],
  ['no key', text.replace(entry.key, '')],
  ['a signature that is not base64', text.replace(/signature .*/, 'signature *')],
  ['more behind it', `${text}\n`],
  ['no line feed at the end', text.slice(0, -1)],
  ['nothing', ''],
])('refuses a leaf with %s', (_what, input) => {
  expect(input).not.toBe(text);
  expect(code(input)).toBe('PROOF_INVALID');
});

it('reads names of 256 UTF-16 units and signatures of 1024 bytes, and no longer ones', () => {
  expect(named('x'.repeat(256), 1024)).toBe('accepted');
  for (const project of ['x'.repeat(257), '\u{1f600}'.repeat(129), 'x'.repeat(9000)]) {
    expect(named(project)).toBe('PROOF_INVALID');
  }
  expect(named('x', 1025)).toBe('PROOF_INVALID');
});

it('never reads altered bytes as the same leaf', () => {
  const check = (altered: Uint8Array) => {
    expect(parseLogEntry(altered)).not.toEqual(entry);
  };
  expect(mutate(bytes, check, () => true)).toEqual([]);
});
