import { afterAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith } from '../structure/testing.js';
import { wasm } from './wasm.js';

/** A length before text, both as WebAssembly has them; all here are shorter than 128. */
const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  content.length,
  ...content,
];

function module({ tool = '1.0', id = 1, result = 42 } = {}): Buffer {
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(3, [2, 0, 0]),
    ...section(7, [1, ...text('f'), 0, 0]),
    ...section(10, [2, 4, 0, 0x41, result, 0x0b, 4, 0, 0x41, 7, 0x0b]),
    ...section(0, [
      ...text('producers'),
      1,
      ...text('processed-by'),
      1,
      ...text('clang'),
      ...text(tool),
    ]),
    ...section(0, [...text('build_id'), 4, id, 2, 3, 4]),
    ...section(0, [...text('sourceMappingURL'), ...text('/build/one/a.map')]),
  ]);
}

describe('wasm', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  it('covers every byte and tells what tools say', async () => {
    const data = module();
    const reading = await readWith(wasm, data);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(fieldOf(reading, 'custom producers', 'processed-by clang')).toMatchObject({
      kind: 'version',
      value: '1.0',
    });
    expect(fieldOf(reading, 'custom build_id', 'build_id')?.value).toBe('01020304');
    expect(fieldOf(reading, 'custom sourceMappingURL', 'sourceMappingURL')?.value).toBe(
      '/build/one/a.map',
    );
  });

  it.skipIf(!hasProgram('wasm-objdump', '--help'))(
    'has the sections and functions that wasm-objdump has (needs wabt)',
    async () => {
      shop.write('a.wasm', module());
      const reading = await readWith(wasm, module());
      const sections = shop.run('wasm-objdump', ['-h', 'a.wasm']);
      expect([...sections.matchAll(/start=0x/g)]).toHaveLength(
        reading.parts.filter(({ name }) => name !== 'header' && !name.startsWith('code:')).length,
      );
      const code = shop.run('wasm-objdump', ['-d', 'a.wasm']);
      expect(code).toContain('i32.const 42');
      expect([...code.matchAll(/func\[\d+\]/g)]).toHaveLength(2);
      expect(reading.parts.filter(({ name }) => name.startsWith('code:'))).toHaveLength(2);
    },
  );

  it('finds one thing that differs, and only that', async () => {
    expect(await differing(wasm, module(), module({ result: 43 }))).toEqual(['code:0']);
    expect(await differing(wasm, module(), module({ tool: '1.1' }))).toEqual(['custom producers']);
    expect(await differing(wasm, module(), module({ id: 9 }))).toEqual(['custom build_id']);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(wasm, [module()], 600);
  });
});
