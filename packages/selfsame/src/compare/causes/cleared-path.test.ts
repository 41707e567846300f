import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Evidence } from './cause.js';
import { findCauses } from './causes.js';
import { canariesA, canariesB, range } from './testing.js';

const directory = mkdtempSync(join(tmpdir(), 'selfsame-cleared-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const here: Partial<Evidence> = { place: ['bin/two', '.dynstr'], formats: ['elf'] };
/** What the linker writes for a search path of that many bytes, after it was cleared. */
const strings = (cleared: number, rest = '') =>
  `\0one\0libc.so.6\0GLIBC_2.34\0${'\0'.repeat(cleared + 1)}${rest}`;
const more = canariesB.path.length - canariesA.path.length;

describe('zeros in a string table', () => {
  it.each([
    ['at its end', ''],
    ['within it', '__cxa_finalize\0'],
  ])('%s are possibly a cleared path', (_, rest) => {
    expect(findCauses(range(strings(12, rest), strings(29, rest), here))).toMatchObject([
      {
        ...{ cause: 'build-path', kind: 'cleared RPATH', certainty: 'possible' },
        ...{ a: '14 zero bytes', b: '31 zero bytes', offsetA: 25, offsetB: 25, consequence: false },
      },
    ]);
  });

  it('are likely one where both builds are known and their lengths fit', () => {
    const known = { ...here, canariesA, canariesB };
    const found = (a: number, b: number) => findCauses(range(strings(a), strings(b), known))[0];
    expect(found(40, 40 + more)).toMatchObject({ kind: 'cleared RPATH', certainty: 'likely' });
    expect(found(40, 40 + 2 * more)).toMatchObject({ certainty: 'likely' });
    expect(found(40, 41 + more)).toMatchObject({ kind: 'cleared RPATH', certainty: 'possible' });
    expect(found(40 + more, 40)).toMatchObject({ kind: 'cleared RPATH', certainty: 'possible' });
    expect(found(40, 40 + 9 * more)).toMatchObject({ certainty: 'possible' });
  });

  it('are nothing of that beside anything else, in other places, or where one side has none', () => {
    const kinds = (a: string, b: string, parts: Partial<Evidence> = here) =>
      findCauses(range(a, b, parts)).map(({ kind }) => kind);
    expect(kinds(strings(12), strings(29, 'x\0'))).not.toContain('cleared RPATH');
    expect(kinds('\0one\0', strings(12).slice(0, 5) + '\0'.repeat(9))).not.toContain(
      'cleared RPATH',
    );
    const elsewhere = { ...here, place: ['bin/two', '.data'] };
    expect(kinds(strings(12), strings(29), elsewhere)).not.toContain('cleared RPATH');
    expect(kinds(strings(12), strings(29), { place: here.place! })).not.toContain('cleared RPATH');
    // More than the sample shows may be anything.
    expect(kinds(strings(12), strings(400))).not.toContain('cleared RPATH');
  });
});

function has(program: string, ...arguments_: readonly string[]): boolean {
  try {
    execFileSync(program, arguments_, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const tools = has('cmake', '--version') && has('cc', '--version') && has('objcopy', '--version');
describe.skipIf(!tools)('a program that CMake installs', () => {
  it('has as many zeros as the path of its build was long, and none with what is advised', () => {
    const names = ['a', 'another-directory'] as const;
    const [a, b] = names.map((name) => installed(name)) as [Buffer, Buffer];
    const [found] = findCauses(range(a, b, here));
    expect(found).toMatchObject({ cause: 'build-path', kind: 'cleared RPATH' });
    const length = (text = '') => Number(/^(\d+) zero bytes$/.exec(text)?.[1]);
    expect(length(found?.b) - length(found?.a)).toBe(names[1].length - names[0].length);
    for (const advised of ['-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON', '-DCMAKE_SKIP_RPATH=ON']) {
      expect(found?.remedy).toContain(advised);
      const [one, other] = names.map((name) => installed(name, advised));
      expect(one, advised).toEqual(other);
    }
  });
});

const project = `cmake_minimum_required(VERSION 3.14)
project(cleared C)
add_library(one SHARED one.c)
add_executable(two two.c)
target_link_libraries(two one)
install(TARGETS two DESTINATION bin)
`;

/** The strings of the dynamic section of a program built in a directory of that name. */
function installed(name: string, ...options: readonly string[]): Buffer {
  const place = join(directory, name);
  // CMake installs no file whose time is that of the installed one in whole seconds.
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'CMakeLists.txt'), project);
  writeFileSync(join(place, 'one.c'), 'int one(void) { return 1; }\n');
  writeFileSync(join(place, 'two.c'), 'int one(void);\nint main(void) { return one(); }\n');
  const run = (program: string, ...arguments_: readonly string[]) =>
    execFileSync(program, arguments_, {
      ...{ cwd: place, stdio: 'pipe', env: { ...process.env, DESTDIR: join(place, 'out') } },
    });
  run('cmake', '-S', '.', '-B', 'b', '-DCMAKE_INSTALL_PREFIX=/usr', ...options);
  run('cmake', '--build', 'b');
  run('cmake', '--install', 'b');
  const asBytes = ['-O', 'binary', '--only-section=.dynstr', '--set-section-flags'];
  run('objcopy', ...asBytes, '.dynstr=alloc', 'out/usr/bin/two', 'strings');
  return readFileSync(join(place, 'strings'));
}
