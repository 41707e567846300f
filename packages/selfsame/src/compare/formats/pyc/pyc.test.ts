import { afterAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith, untoldChanges } from '../structure/testing.js';
import { pyc } from './pyc.js';

const python = ['python3', '/usr/bin/python3'].find((program) => hasProgram(program));

describe.skipIf(python === undefined)('pyc (needs python3)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());
  const compile = (mode: string, mtime: number, file = '/build/one/a.py', text = 'x = 1\n') => {
    shop.write('a.py', `${text}def twice(n):\n    return n + n\n`);
    shop.run(python ?? '', [
      '-c',
      `import os, py_compile
os.utime('a.py', (${mtime}, ${mtime}))
py_compile.compile('a.py', 'a.pyc', dfile=${JSON.stringify(file)},
  invalidation_mode=py_compile.PycInvalidationMode.${mode}, doraise=True)`,
    ]);
    return shop.read('a.pyc');
  };

  it('tells the time and size of the source', async () => {
    const data = compile('TIMESTAMP', 1_790_000_000);
    const reading = await readWith(pyc, data);
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(fieldOf(reading, undefined, 'mtime')).toMatchObject({
      kind: 'time',
      value: '2026-09-21T14:13:20Z',
      seconds: 1_790_000_000,
      offset: 8,
    });
    expect(fieldOf(reading, undefined, 'source size')?.value).toBe(
      String(shop.read('a.py').length),
    );
    const magic = shop.run(python ?? '', [
      '-c',
      'import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], "little"))',
    ]);
    expect(fieldOf(reading, undefined, 'magic')?.value).toBe(magic.trim());
    const file = fieldOf(reading, undefined, 'co_filename');
    expect(file?.value).toBe('/build/one/a.py');
    expect(data.toString('utf8', file?.offset, (file?.offset ?? 0) + 15)).toBe('/build/one/a.py');
  });

  it('tells the hash of the source, and its long name', async () => {
    const name = `/build/${'x'.repeat(300)}/a.py`;
    const data = compile('CHECKED_HASH', 1_790_000_000, name);
    const reading = await readWith(pyc, data);
    expect(fieldOf(reading, undefined, 'source hash')?.value).toBe(data.toString('hex', 8, 16));
    expect(fieldOf(reading, undefined, 'flags')?.value).toBe('0x3');
    expect(fieldOf(reading, undefined, 'mtime')).toBeUndefined();
    expect(fieldOf(reading, undefined, 'co_filename')?.value).toBe(name);
  });

  it('finds one thing that differs, and only that', async () => {
    const data = compile('TIMESTAMP', 1_790_000_000);
    expect(await differing(pyc, data, compile('TIMESTAMP', 1_790_000_002))).toEqual([':mtime']);
    expect(
      await differing(pyc, data, compile('TIMESTAMP', 1_790_000_000, '/build/two/a.py')),
    ).toEqual([':co_filename', 'code']);
    expect(
      await differing(pyc, data, compile('TIMESTAMP', 1_790_000_000, undefined, 'x = 2\n')),
    ).toEqual(['code']);
  });

  it('knows the headers of older versions', async () => {
    const old = (magic: number, ...words: number[]): Buffer => {
      const data = Buffer.alloc(4 + words.length * 4 + 1, 0x63);
      data.writeUInt16LE(magic, 0);
      data.write('\r\n', 2);
      words.forEach((word, index) => data.writeUInt32LE(word, 4 + index * 4));
      return data;
    };
    const two = await readWith(pyc, old(62_211, 1_000_000_000));
    expect(fieldOf(two, undefined, 'mtime')).toMatchObject({ offset: 4, seconds: 1_000_000_000 });
    expect(fieldOf(two, undefined, 'source size')).toBeUndefined();
    expect(two.parts.map(({ size }) => size)).toEqual([8, 1]);
    const three = await readWith(pyc, old(3379, 1_000_000_000, 77));
    expect(fieldOf(three, undefined, 'source size')).toMatchObject({ offset: 8, value: '77' });
    expect(three.parts.map(({ size }) => size)).toEqual([12, 1]);
  });

  it('tells every byte of what is made from others', async () => {
    expect(await untoldChanges(pyc, compile('TIMESTAMP', 1_790_000_000))).toEqual([]);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(pyc, [compile('TIMESTAMP', 1), compile('UNCHECKED_HASH', 1)], 300);
    const hostile = Buffer.concat([compile('TIMESTAMP', 1), Buffer.from('.py'.repeat(500_000))]);
    const reading = await readWith(pyc, hostile);
    expect(coverProblem(reading, hostile.length)).toBeUndefined();
  });
});
