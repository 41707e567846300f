import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { findCauses } from './causes.js';
import { range } from './testing.js';

/** Values as real programs write them. Programs that are not there are skipped. */
const directory = mkdtempSync(join(tmpdir(), 'selfsame-causes-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function run(program: string, arguments_: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, arguments_, {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function has(program: string, ...arguments_: readonly string[]): boolean {
  try {
    execFileSync(program, arguments_, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const first = (a: string | Buffer, b: string | Buffer, more = {}) =>
  findCauses(range(a, b, more))[0];

describe.skipIf(!has('date', '-d', '@0'))('date(1)', () => {
  it.each([
    ['+%c'],
    ['-R'],
    ['-Iseconds'],
    ['+%F %T'],
    ['+%s'],
    ['+%Y%m%d%H%M%S'],
    ['+%d.%m.%Y %H:%M'],
    ['+%x %X'],
    ['+%b %e %Y'],
  ])('%s', (format) => {
    const at = (seconds: number) => `built ${run('date', ['-u', '-d', `@${seconds}`, format])}`;
    expect(first(at(1_795_262_400), at(1_797_700_117))).toMatchObject({
      cause: 'timestamp',
      certainty: 'likely',
    });
  });

  it('in two time zones', () => {
    const at = (zone: string) => `built ${run('date', ['-d', '@1795262400', '-R'], { TZ: zone })}`;
    expect(first(at('GMT+12'), at('GMT-14'))).toMatchObject({
      cause: 'time-zone',
      certainty: 'likely',
    });
  });
});

const estonian = has('locale') && run('locale', ['-a']).includes('et_EE.utf8');

describe.skipIf(!estonian)('Estonian (locale et_EE.UTF-8)', () => {
  it('of sort(1)', () => {
    writeFileSync(join(directory, 'list'), 'zebra\nTiger\nant\nBear\nunicorn\nviper\n');
    const sorted = (locale: string) => run('sort', ['list'], { LC_ALL: locale });
    expect(first(sorted('C'), sorted('et_EE.UTF-8'), { whole: true })).toMatchObject({
      cause: 'locale',
      kind: 'sort order',
    });
  });

  it('of date(1)', () => {
    const at = (locale: string) =>
      run('date', ['-u', '-d', '@1795262400', '+%d %B %Y'], { LC_ALL: locale });
    expect(at('C')).not.toBe(at('et_EE.UTF-8'));
    const march = (locale: string) =>
      run('date', ['-u', '-d', '2026-03-21', '+%d %B %Y'], { LC_ALL: locale });
    expect(first(march('C'), march('et_EE.UTF-8'))).toMatchObject({ cause: 'locale' });
  });

  it('of printf(1)', () => {
    const number = (locale: string) =>
      run('env', ['printf', '%.2f MB\n', '1.5'], { LC_ALL: locale });
    const a = run('env', ['printf', '%.2f MB\n', '1.5']);
    expect(first(a, a.replace('.', ','))).toMatchObject({ cause: 'locale' });
    expect(number('C')).toBe(a);
  });
});

describe.skipIf(!has('gcc', '--version'))('gcc', () => {
  const compile = (source: string, env: NodeJS.ProcessEnv): Buffer => {
    writeFileSync(join(directory, 't.c'), source);
    run('gcc', ['-c', '-o', 't.o', 't.c'], env);
    return readFileSync(join(directory, 't.o'));
  };

  it.each([
    ['__DATE__', 1_795_262_400, 1_797_700_117],
    ['__TIME__', 1_795_262_400, 1_795_262_517],
  ])('%s', (macro, a, b) => {
    const object = (epoch: number) =>
      compile(`const char x[] = ${macro};\n`, { SOURCE_DATE_EPOCH: String(epoch) });
    expect(
      first(object(a), object(b), { formats: ['elf'], place: ['t.o', '.rodata'] }),
    ).toMatchObject({ cause: 'timestamp', kind: macro, certainty: 'likely' });
  });
});

describe.skipIf(!has('uuidgen'))('uuidgen(1)', () => {
  it('at random and by time', () => {
    const id = (option: string) => `id = ${run('uuidgen', [option])}`;
    expect(first(id('-r'), id('-r'))).toMatchObject({
      cause: 'randomness',
      kind: 'UUID version 4',
    });
    expect(first(id('-t'), id('-t'))).toMatchObject({
      cause: 'randomness',
      kind: 'UUID version 1',
    });
  });
});

describe.skipIf(!has('mktemp', '--version'))('mktemp(1)', () => {
  it('names', () => {
    const name = () => `cc -o ${run('mktemp', ['-u', '/tmp/tmp.XXXXXXXXXX'])}`;
    expect(first(name(), name())).toMatchObject({
      cause: 'randomness',
      kind: 'name of a temporary file',
    });
  });
});

describe.skipIf(!has('python3', '--version'))('Python', () => {
  it('objects, and sets under another hash seed', () => {
    const print = (code: string, seed: string) =>
      run('python3', ['-c', code], { PYTHONHASHSEED: seed });
    const set = 'print("names:", {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"})';
    const [a, b] = [print(set, '1'), print(set, '2')];
    expect(a).not.toBe(b);
    expect(first(a, b)).toMatchObject({ cause: 'order' });
    const object = 'print(object())';
    expect(
      first(
        print(object, '1').replace(/0x\w+/, '0x7f3a1b2c4d50'),
        print(object, '1').replace(/0x\w+/, '0x7f9d8e7f6a50'),
      ),
    ).toMatchObject({ cause: 'address-layout' });
  });
});

describe('gzip', () => {
  it('of the same content at two levels', () => {
    const content = Buffer.from(
      Array.from({ length: 4000 }, (_, index) => `${index * 7919}\n`).join(''),
    );
    const [a, b] = [gzipSync(content, { level: 1 }), gzipSync(content, { level: 9 })];
    expect(first(a, b, { whole: true, formats: ['gzip'] })).toMatchObject({
      cause: 'compression',
      certainty: 'likely',
    });
    const other = gzipSync(Buffer.concat([content, Buffer.from('x')]), { level: 9 });
    expect(first(a, other, { whole: true, formats: ['gzip'] })?.cause).toBe('unknown');
  });
});
