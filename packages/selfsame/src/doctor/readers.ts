import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { formats } from '../compare/formats/formats.js';
import { needs, type Check, type Finding } from './finding.js';

interface Reader {
  readonly program: string;
  readonly package: string;
  /** What is read with it. */
  readonly of: string;
}

/** Programs that comparisons use if they are there: the answer says which part is missing if they are not. */
export const readers: readonly Reader[] = [
  ...new Map(
    formats.flatMap(({ name, tools = [] }) =>
      tools.map((tool) => [tool.program, { ...tool, of: name }] as const),
    ),
  ).values(),
  { program: 'diffoscope', package: 'diffoscope-minimal', of: '--deep' },
];

/** One finding for all of them, which is never a fault: nothing fails without them. */
export const checkReaders: Check = async () => {
  const isThere = await Promise.all(readers.map(({ program }) => isOnPath(program)));
  return [readersFinding(readers.filter((_, index) => isThere[index] !== true))];
};

/** @param missing of `readers` */
export function readersFinding(missing: readonly Reader[]): Finding {
  const known = {
    check: 'readers of compare',
    ok: true,
    remedy: undefined,
    neededBy: needs.compare,
  };
  if (missing.length === 0) return { ...known, why: `all ${readers.length} are there` };
  const names = missing.map(({ program, of }) => `${program} (${of})`).join(', ');
  const packages = [...new Set(missing.map((one) => one.package))].join(' ');
  return { ...known, why: `without ${names}; for these: sudo apt-get install ${packages}` };
}

/** Whether a program can be run. Its own answer would cost a start of each. */
async function isOnPath(program: string): Promise<boolean> {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  for (const directory of directories) {
    try {
      await access(join(directory, program), constants.X_OK);
      return true;
    } catch {
      // The next one may have it.
    }
  }
  return false;
}
