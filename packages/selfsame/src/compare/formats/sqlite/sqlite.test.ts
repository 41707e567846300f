import { afterAll, describe, expect, it } from 'vitest';
import { checkTotal } from '../structure/testing-fuzz.js';
import { hasProgram, Workshop } from '../structure/testing-tools.js';
import { coverProblem, differing, fieldOf, readWith, untoldChanges } from '../structure/testing.js';
import { sqlite } from './sqlite.js';

describe.skipIf(!hasProgram('sqlite3'))('sqlite (needs sqlite3)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());
  let made = 0;
  const make = (...statements: string[]): Buffer => {
    made += 1;
    const sql = [
      'pragma page_size = 1024',
      'create table t(a, b)',
      ...statements,
      "insert into t values (1, 'one')",
    ];
    shop.run('sqlite3', [`${made}.db`, `${sql.join('; ')};`]);
    return shop.read(`${made}.db`);
  };

  it('covers every byte and tells the header', async () => {
    const data = make('pragma user_version = 7');
    const reading = await readWith(sqlite, data);
    expect(coverProblem(reading, data.length)).toBeUndefined();
    expect(reading.parts.map(({ name, size }) => [name, size])).toEqual([
      ['header', 100],
      ['page 1', 924],
      ['page 2', 1024],
    ]);
    expect(fieldOf(reading, undefined, 'user version')).toMatchObject({ value: '7', offset: 60 });
    expect(fieldOf(reading, undefined, 'SQLite version')?.value).toBe(
      shop.run('sqlite3', ['--version']).split(' ')[0],
    );
  });

  it('finds one thing that differs, and only that', async () => {
    const data = make();
    expect(await differing(sqlite, data, make())).toEqual([]);
    expect(
      await differing(sqlite, data, make("insert into t values (1, 'x')", 'delete from t')),
    ).toEqual([':file change counter', ':version-valid-for']);
    const other = Buffer.from(data);
    other.write('ONE', data.indexOf('one', 1024));
    expect(await differing(sqlite, data, other)).toEqual(['page 2']);
  });

  it('puts pages together where there are too many', async () => {
    const data = make(
      ...Array.from({ length: 40 }, () => 'insert into t values (1, zeroblob(1000))'),
    );
    const reading = await readWith(sqlite, data, { maximumParts: 16 });
    expect(reading.stopped).toBeUndefined();
    expect(reading.parts.length).toBeLessThanOrEqual(16);
    expect(coverProblem(reading, data.length)).toBeUndefined();
  });

  it('tells every byte of what is made from others', async () => {
    expect(await untoldChanges(sqlite, make())).toEqual([]);
  });

  it('is total, bounded and the same twice for damaged ones', async () => {
    await checkTotal(sqlite, [make()], 300);
  });
});
