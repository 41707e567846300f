import { describe, expect, it } from 'vitest';
import { canonicalJson, parseJson, type JsonValue } from '@selfsame/verify';
import fc from 'fast-check';
import { compareContents } from '../compare.js';
import { memoryContent } from '../content/memory-content.js';
import type { Finding } from '../types.js';
import { jsonChanges } from './json-changes.js';

async function findings(a: unknown, b: unknown, name = 'sbom.json'): Promise<readonly Finding[]> {
  const [inA, inB] = [a, b].map((value) =>
    memoryContent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 2))),
  );
  if (inA === undefined || inB === undefined) return [];
  return (await compareContents(inA, inB, name))?.findings ?? [];
}

const document = (timestamp: string, serial: string, count: number) => ({
  bomFormat: 'CycloneDX',
  serialNumber: `urn:uuid:${serial}`,
  metadata: { timestamp, tools: [{ name: 'x', version: '1' }] },
  components: [{ name: 'zlib', 'bom ref': count }],
});

/** Large integers and the like are read in more than one way. */
function isReadable(value: unknown): boolean {
  try {
    parseJson(JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

describe('values in JSON documents', () => {
  it('are named with where they stand', async () => {
    const found = await findings(
      document('2026-11-21T10:00:00Z', '9f1c0e55-7a0d-4d3f-8a43-5f0d3c2b1a90', 1),
      document('2026-11-22T12:34:56Z', '0b2d7a11-62c5-4b8e-9d1e-aa55cc77ee01', 2),
    );
    expect(found.map(({ cause, kind }) => [cause, kind.replace(/^.* at /, '')])).toEqual(
      expect.arrayContaining([
        ['timestamp', '$.metadata.timestamp'],
        ['randomness', '$.serialNumber'],
        ['text', '$.components[0]["bom ref"]'],
      ]),
    );
    expect(found).toHaveLength(3);
    const time = found.find(({ cause }) => cause === 'timestamp');
    expect(time).toMatchObject({ a: '2026-11-21T10:00:00Z', b: '2026-11-22T12:34:56Z' });
  });

  it('that only one side has are said so', async () => {
    expect(await findings({ a: 1, b: { c: 2 } }, { a: 1, b: {} })).toMatchObject([
      { cause: 'text', kind: 'member on one side only at $.b.c', a: '2', b: '' },
    ]);
  });

  it('of the same kind are one finding that counts the others', async () => {
    const times = (day: number) =>
      Array.from({ length: 5 }, (_, index) => ({ time: `2026-11-${day}T10:00:0${index}Z` }));
    const found = await findings(times(20), times(21));
    expect(found).toMatchObject([{ cause: 'timestamp', more: 4 }]);
    expect(found[0]?.kind).toMatch(/ at \$\[0\]\.time$/);
  });
});

describe('the same members', () => {
  it('in another order are that', async () => {
    const found = await findings(
      { x: { one: 1, two: 2, three: 3 } },
      { x: { two: 2, one: 1, three: 3 } },
    );
    expect(found).toMatchObject([
      { cause: 'order', kind: 'JSON members at $.x', certainty: 'certain', a: 'one', b: 'two' },
    ]);
  });

  it('and items, too', async () => {
    const found = await findings({ x: ['a', { b: 1, c: 2 }] }, { x: [{ c: 2, b: 1 }, 'a'] });
    expect(found).toMatchObject([{ cause: 'order', kind: 'JSON items at $.x' }]);
  });

  it('written in another way are compared as text', async () => {
    const found = await findings('{"a": 1, "b": [1, 2]}\n', '{"a":1,"b":[1,2]}\n');
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ kind }) => !/ at \$|JSON/.test(kind))).toBe(true);
  });
});

describe('what is no JSON', () => {
  it.each([
    ['broken', '{"a": 1', '{"a": 2'],
    ['read in two ways', '{"a": 1, "a": 2}', '{"a": 1, "a": 3}'],
    ['nested too deeply', `${'['.repeat(300)}1`, `${'['.repeat(300)}2`],
  ])('is compared as text: %s', (_, a, b) => {
    expect(jsonChanges(Buffer.from(a), Buffer.from(b))).toBeUndefined();
  });

  it('is never taken for the same, nor data for other', () => {
    const data = fc.jsonValue({ maxDepth: 4 }).filter(isReadable);
    fc.assert(
      fc.property(data, fc.oneof(data, fc.constant({ a: [1] })), (one, other) => {
        const [a, b] = [{ x: one }, { x: other }].map((value) => JSON.stringify(value));
        const found = jsonChanges(Buffer.from(a ?? ''), Buffer.from(b ?? ''));
        const isSame =
          canonicalJson(JSON.parse(a ?? '') as JsonValue) ===
          canonicalJson(JSON.parse(b ?? '') as JsonValue);
        const moved = found?.orders.some(({ of }) => of === 'JSON items') === true;
        expect(moved || (found?.changes.length ?? 0) > 0).toBe(!isSame);
        if (a === b) expect(found).toBeUndefined();
      }),
    );
  });
});
