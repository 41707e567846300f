import { afterAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith, untoldChanges } from '../structure/testing.js';
import { javaClass } from './java-class.js';

describe.skipIf(!hasProgram('javac'))('java-class (needs a JDK)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());
  const compile = (factor = 3, date = '2026', file = 'A.java'): Buffer => {
    shop.write(
      file,
      `class A {
  static final String DATE = "${date}";
  static final long BIG = 123456789012345L;
  int times(int x) { return x * ${factor}; }
  public static void main(String[] a) { System.out.println(new A().times(2) + DATE); }
}
`,
    );
    shop.run('javac', ['-g', file]);
    return shop.read('A.class');
  };

  it('has the members that javap has, and covers every byte', async () => {
    const data = compile();
    const reading = await readWith(javaClass, data);
    expect(reading.stopped).toBeUndefined();
    expect(coverProblem(reading, data.length)).toBeUndefined();
    const shown = shop.run('javap', ['-v', '-p', 'A.class']);
    const major = /major version: (\d+)/.exec(shown)?.[1] ?? '';
    expect(fieldOf(reading, undefined, 'major version')?.value).toBe(
      `${major} (Java ${Number(major) - 44})`,
    );
    const names = reading.parts.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['method times(I)I', 'field DATELjava/lang/String;', 'constant pool']),
    );
    expect(names.filter((name) => /^(?:method|field) /.test(name))).toHaveLength(
      [...shown.matchAll(/^ +descriptor: /gm)].length,
    );
    const source = fieldOf(reading, 'attribute SourceFile', 'SourceFile');
    expect(source?.value).toBe('A.java');
    expect(data.toString('utf8', source?.offset, (source?.offset ?? 0) + 6)).toBe('A.java');
  });

  it('finds one thing that differs, and only that', async () => {
    expect(await differing(javaClass, compile(), compile(5))).toEqual(['method times(I)I']);
    expect(await differing(javaClass, compile(), compile(3, '2027'))).toEqual(['constant pool']);
    expect(await differing(javaClass, compile(), compile(3, '2026', 'B.java'))).toEqual([
      'attribute SourceFile',
      'constant pool',
    ]);
  });

  it('tells every byte of what is made from others', async () => {
    expect(await untoldChanges(javaClass, compile())).toEqual([]);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(javaClass, [compile()], 400);
  });
});
