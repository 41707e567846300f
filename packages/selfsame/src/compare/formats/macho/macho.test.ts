import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { javaClass } from '../java-class/java-class.js';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import {
  contentOf,
  coverProblem,
  differing,
  fieldOf,
  readWith,
  untoldChanges,
} from '../structure/testing.js';
import { macho, machoUniversal } from './macho.js';

const fixture = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`fixtures/${name}.gz`, import.meta.url)));
const library = fixture('library.dylib');
const universal = fixture('universal.o');

function changed(change: (data: Buffer) => void, data = library): Buffer {
  const copy = Buffer.from(data);
  change(copy);
  return copy;
}

const objdump = ['llvm-objdump', 'llvm-objdump-14'].find((program) => hasProgram(program));

describe('macho', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  it('covers every byte of a library', async () => {
    const reading = await readWith(macho, library);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, library.length)).toBeUndefined();
    expect(reading.parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['__TEXT,__text', '__DATA,__data', 'string table', 'code signature']),
    );
    const text = reading.parts.find(({ name }) => name === '__TEXT,__cstring');
    expect(Buffer.from(text?.bytes ?? []).toString()).toBe('a text\0');
  });

  it('tells ids, versions and paths', async () => {
    const reading = await readWith(macho, library);
    const id = fieldOf(reading, undefined, 'LC_UUID');
    expect(id?.kind).toBe('id');
    expect(library.toString('hex', id?.offset, (id?.offset ?? 0) + 16).toUpperCase()).toBe(
      id?.value.replaceAll('-', ''),
    );
    expect(fieldOf(reading, undefined, 'minimum version')?.value).toBe('11.0.0');
    expect(fieldOf(reading, undefined, 'SDK')?.value).toBe('12.3.0');
    const path = fieldOf(reading, undefined, 'LC_RPATH');
    expect(path?.value).toBe('/build/one/lib');
    expect(library.indexOf('/build/one/lib')).toBe(path?.offset);
    expect(fieldOf(reading, undefined, 'LC_ID_DYLIB')?.value).toBe('/usr/lib/libm.dylib');
    expect(fieldOf(reading, undefined, 'LC_ID_DYLIB timestamp')?.kind).toBe('time');
  });

  it.skipIf(objdump === undefined)('tells what llvm-objdump tells (needs llvm)', async () => {
    shop.write('a.dylib', library);
    const dump = shop.run(objdump ?? '', ['--macho', '--private-headers', 'a.dylib']);
    const reading = await readWith(macho, library);
    expect(fieldOf(reading, undefined, 'LC_UUID')?.value).toBe(/uuid (\S+)/.exec(dump)?.[1]);
    const sections = [
      ...dump.matchAll(/sectname (\S+)\n +segname (\S+)\n.*\n +size (\S+)\n +offset (\d+)/g),
    ].map(([, section, segment, size, offset]) => [
      `${segment},${section}`,
      Number(offset),
      Number(size),
    ]);
    expect(sections.length).toBeGreaterThan(2);
    expect(
      reading.parts
        .filter(({ name }) => name.includes(',') && !name.includes('padding'))
        .map(({ name, offset, size }) => [name, offset, size]),
    ).toEqual(sections);
  });

  it('finds one thing that differs, and only that', async () => {
    const reading = await readWith(macho, library);
    const id = fieldOf(reading, undefined, 'LC_UUID')?.offset ?? 0;
    expect(
      await differing(
        macho,
        library,
        changed((data) => data.writeUInt8(1, id)),
      ),
    ).toEqual([':LC_UUID']);
    const path = changed((data) => data.write('two', data.indexOf('one/lib')));
    expect(await differing(macho, library, path)).toEqual([':LC_RPATH']);
    const text = changed((data) => data.write('A', data.indexOf('a text')));
    expect(await differing(macho, library, text)).toEqual(['__TEXT,__cstring']);
    const signature = changed((data) => data.writeUInt8(1, data.length - 1));
    expect(await differing(macho, library, signature)).toEqual(['code signature']);
  });

  it('cuts universal files at their processors', async () => {
    const reading = await readWith(machoUniversal, universal);
    expect(coverProblem(reading, universal.length)).toBeUndefined();
    const slices = reading.parts.filter(({ derived }) => derived !== true);
    expect(slices.map(({ name }) => name)).toEqual(['x86_64', 'arm64']);
    for (const { bytes } of slices) {
      const inside = await readWith(macho, bytes);
      expect(inside.stopped).toBeUndefined();
      expect(coverProblem(inside, bytes.length)).toBeUndefined();
      expect(inside.parts.map(({ name }) => name)).toContain('__TEXT,__text');
    }
    const other = changed((data) => data.write('A', data.lastIndexOf('a text')), universal);
    expect(await differing(machoUniversal, universal, other)).toEqual(['arm64']);
  });

  it('is no class of Java, nor the other way round', async () => {
    const java = Buffer.from('cafebabe0000003d001d0a000200030700040c000500060100106a617661', 'hex');
    const taken = async (data: Buffer) => [
      await machoUniversal.detect(data, contentOf(data), 'x'),
      await javaClass.detect(data, contentOf(data), 'x'),
    ];
    expect(await taken(java)).toEqual([false, true]);
    expect(await taken(universal)).toEqual([true, false]);
  });

  it('tells every byte of what is made from others', async () => {
    expect(await untoldChanges(macho, library)).toEqual([]);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(macho, [library], 300);
    await checkTotal(machoUniversal, [universal], 100);
  });
});
