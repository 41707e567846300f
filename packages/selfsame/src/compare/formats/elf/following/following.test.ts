import { mkdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { compareContents } from '../../../compare.js';
import { everyDifference } from '../../../difference.js';
import type { Difference, Finding } from '../../../types.js';
import { contentOf } from '../../structure/testing.js';
import { hasProgram, Workshop } from '../../structure/testing-tools.js';

const util = `#include <stdio.h>
#include <string.h>
struct point { int x, y; const char *label; };
int area(struct point *p, int n) {
  int s = 0;
  for (int i = 0; i < n; i++) s += p[i].x * p[i].y + (int)strlen(p[i].label);
  printf("%d %s\\n", s, "a text that is long enough to be aligned");
  return s;
}
`;
const main = `#include <stdio.h>
struct point { int x, y; const char *label; };
int area(struct point *p, int n);
#ifndef FACTOR
#define FACTOR 3
#endif
int main(int argc, char **argv) {
  struct point p[2] = {{argc, 2, argv[0]}, {FACTOR, 4, "label"}};
#ifdef STAMP
  puts(__DATE__ " " __TIME__);
#endif
#ifdef WHERE
  puts(__FILE__);
#endif
  return area(p, 2);
}
`;

/** `place: cause` of findings that are no consequences, and of what of them is only possible. */
function reasons(difference: Difference | undefined): string[] {
  const found = difference === undefined ? [] : [...everyDifference(difference)];
  const own = found.flatMap((one) => one.difference.findings.filter(isReason));
  return [...new Set(own.map(({ place, cause }) => `${place.slice(1).join('/')}: ${cause}`))];
}

const isReason = ({ consequence }: Finding): boolean => !consequence;

/** Names of everything that differs. */
const names = (difference: Difference | undefined): string[] =>
  difference === undefined
    ? []
    : [...everyDifference(difference)].map((one) => one.difference.name);

describe.skipIf(!hasProgram('gcc'))('what follows in ELF files (needs gcc)', () => {
  const shop = new Workshop();
  afterAll(() => shop.remove());

  interface Build {
    readonly directory?: string;
    readonly options?: readonly string[];
    readonly link?: readonly string[];
    readonly epoch?: number;
    readonly output?: 'program' | 'main.o' | 'libutil.so';
  }

  function build({
    directory = 'place',
    options = [],
    link = [],
    epoch,
    output = 'program',
  }: Build) {
    const at = (name: string): string => shop.path(`${directory}/${name}`);
    mkdirSync(shop.path(directory), { recursive: true });
    shop.write(`${directory}/util.c`, util);
    shop.write(`${directory}/main.c`, main);
    const environment = epoch === undefined ? {} : { SOURCE_DATE_EPOCH: `${epoch}` };
    const compile = (...rest: string[]): void => {
      shop.run('gcc', ['-O1', '-frandom-seed=1', ...options, ...rest], environment);
    };
    if (output === 'libutil.so')
      compile('-shared', '-fPIC', '-o', at(output), at('util.c'), at('main.c'));
    else {
      compile('-c', '-o', at('util.o'), at('util.c'));
      compile('-c', '-o', at('main.o'), at('main.c'));
      compile('-o', at('program'), at('main.o'), at('util.o'), ...link);
    }
    return contentOf(shop.read(`${directory}/${output}`));
  }

  const compare = async (a: Build, b: Build): Promise<Difference | undefined> =>
    compareContents(build(a), build(b), a.output ?? 'program');

  const [one, other] = [{ directory: 'one' }, { directory: 'quite-another-directory' }];

  it.each([
    ['-g', 'program'],
    ['-g', 'main.o'],
    ['-gdwarf-4', 'program'],
    ['-gdwarf-4', 'main.o'],
    ['-gz', 'program'],
    ['-g', 'libutil.so'],
  ] as const)(
    'is told from the directory of the build in debug data (%s, %s)',
    async (option, output) => {
      const options = option === '-gz' ? ['-g', '-gz'] : [option];
      const difference = await compare({ ...one, options, output }, { ...other, options, output });
      const found = reasons(difference);
      expect(found.length).toBeGreaterThan(0);
      expect(
        found.filter((each) => !/^\.debug_(?:info|str|line_str|line): build-path$/.test(each)),
      ).toEqual([]);
    },
  );

  it.each(['program', 'libutil.so', 'main.o'] as const)(
    'is told from the name of a source in the program (%s)',
    async (output) => {
      const options = ['-DWHERE'];
      const difference = await compare({ ...one, options, output }, { ...other, options, output });
      const found = reasons(difference);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/^\.rodata(?:\.str1\.\d)?: build-path$/);
    },
  );

  it('is told from the time of the build', async () => {
    const options = ['-g', '-DSTAMP'];
    const difference = await compare(
      { options, epoch: 1_795_262_400 },
      { options, epoch: 1_797_700_117 },
    );
    expect(reasons(difference)).toEqual(['.rodata: timestamp']);
    expect(names(difference)).toContain('.note.gnu.build-id');
  });

  it('is told from another search path for libraries', async () => {
    const link = (path: string) => [`-Wl,-rpath,${path}`];
    const difference = await compare(
      { link: link('/build/one/lib') },
      { link: link('/build/quite/another/lib') },
    );
    expect(reasons(difference)).toEqual([': build-path', '.dynstr: build-path']);
    expect(names(difference)).toEqual(expect.arrayContaining(['.dynsym', '.dynamic']));
  });

  it('is never what code does otherwise', async () => {
    const difference = await compare({}, { options: ['-DFACTOR=5'] });
    expect(reasons(difference)).toEqual(['.text/.text:main: code']);
    const both = await compare(
      { ...one, options: ['-DWHERE'] },
      { ...other, options: ['-DWHERE', '-DFACTOR=5'] },
    );
    expect(reasons(both)).toEqual(expect.arrayContaining(['.text/.text:main: code']));
    expect(reasons(both)).toEqual(expect.arrayContaining(['.rodata: build-path']));
  });

  it('is what tells of code that differs', async () => {
    const difference = await compare({ options: ['-g'] }, { options: ['-g', '-O2'] });
    const found = reasons(difference);
    expect(found.some((each) => each.startsWith('.text'))).toBe(true);
    expect(found.filter((each) => /^\.(?:eh_frame|symtab|debug_line)/.test(each))).toEqual([]);
  });

  it('is not said where nothing is left that it follows from', async () => {
    const program = build({});
    const bytes = Buffer.from(await program.read(0, program.size));
    const changed = Buffer.from(bytes);
    // e_shstrndx stays; the last byte of the section headers is of sh_entsize.
    changed.writeUInt8(1, changed.length - 1);
    const difference = await compareContents(contentOf(bytes), contentOf(changed), 'program');
    expect(reasons(difference)).toHaveLength(1);
  });
});
