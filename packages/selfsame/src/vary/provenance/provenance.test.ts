import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LogEvent } from '../../sandbox/determinizer/log-events.js';
import { hardlyAsked, neverAsked } from './never-asked.js';
import { provenanceOf, readProvenance } from './provenance.js';
import type { Provenance } from './provenance.js';

const process = (number: number, parent: number, words: readonly string[]): LogEvent => ({
  type: 'process',
  process: number,
  parent,
  identity: '',
  pid: number,
  twin: 0,
  executable: `/usr/bin/${words[0] ?? ''}`,
  directory: '/build',
  arguments: words,
  argumentsCut: false,
});
const write = (
  number: number,
  path: string,
  type: 'write' | 'rename-from' | 'rename-to' = 'write',
): LogEvent => ({ type, process: number, directory: '/build', path });
const used = (
  number: number,
  consumed: Extract<LogEvent, { type: 'sources' }>['consumed'],
): LogEvent => ({
  type: 'sources',
  process: number,
  filesWritten: 0,
  consumed,
});
const end: LogEvent = {
  type: 'end',
  status: 0,
  signal: undefined,
  processes: 1,
  notCovered: 0,
  memoryKilobytes: 1,
  microseconds: 1,
};

describe('provenance', () => {
  it('leads from a file to the programs that made what it was made of, through renames', async () => {
    const found = await provenanceOf(
      [
        process(1, 0, ['make']),
        process(2, 1, ['date']),
        write(2, 'gen.tmp'),
        process(3, 1, ['mv', 'gen.tmp', 'gen.h']),
        write(3, 'gen.tmp', 'rename-from'),
        write(3, '/build/gen.h', 'rename-to'),
        process(4, 1, ['cp', './gen.h', 'sub/copy']),
        write(4, 'sub/copy'),
        process(5, 1, ['mv', 'sub', 'out']),
        write(5, 'sub', 'rename-from'),
        write(5, 'out', 'rename-to'),
        used(1, { directoryOrder: 2 }),
        used(2, { clock: 1 }),
        used(4, { fileTimes: 3 }),
        end,
      ],
      '/build',
    );
    expect(found.writersOf('out/copy')).toEqual([
      {
        executable: '/usr/bin/cp',
        arguments: ['cp', './gen.h', 'sub/copy'],
        directory: '/build',
        sources: { fileTimes: 3, directoryOrder: 2 },
      },
      {
        executable: '/usr/bin/date',
        arguments: ['date'],
        directory: '/build',
        sources: { clock: 1, directoryOrder: 2 },
      },
    ]);
    expect(found.order('gen.h')).toBeLessThan(found.order('out/copy') ?? 0);
    expect(found.order('sub/copy')).toBeUndefined();
    expect(found.writersOf('nobody')).toEqual([]);
    expect(found.complete).toBe(true);
  });

  it('ends where programs name each other’s files in a circle, and where parents do', async () => {
    const found = await provenanceOf(
      [
        process(1, 2, ['a', 'x', 'y']),
        process(2, 1, ['b', 'y', 'x']),
        write(1, 'y'),
        write(2, 'x'),
        used(1, { clock: 1 }),
        used(2, { clock: 1 }),
        end,
      ],
      '/build',
    );
    expect(found.writersOf('x').map(({ executable }) => executable)).toEqual([
      '/usr/bin/b',
      '/usr/bin/a',
    ]);
    expect(found.writersOf('x')[0]?.sources).toEqual({ clock: 2 });
  });

  it.each<[string, readonly LogEvent[]]>([
    ['the log does not end', []],
    ['lines are missing', [{ type: 'truncated', lines: 1 }, end]],
    ['a line is damaged', [{ type: 'unreadable', line: 1, reason: 'half' }, end]],
  ])('is no proof of what did not happen if %s', async (_, events) => {
    const found = await provenanceOf(events, '/build');
    expect(found.complete).toBe(false);
    expect(neverAsked({ sources: ['clock'] }, [found])).toBe(false);
  });

  it('says whether anything ran at the same time as something else', async () => {
    const gap = (what: string): LogEvent => ({
      ...{ type: 'not-covered', process: 1, detail: undefined },
      what,
    });
    const atOnce = async (events: readonly LogEvent[]) =>
      (await provenanceOf([...events, end], '/build')).atOnce;
    expect(await atOnce([process(1, 0, ['make']), gap('vDSO')])).toBe(false);
    expect(await atOnce([process(1, 0, ['make']), gap('threads')])).toBe(true);
    expect(await atOnce([process(1, 0, ['make', '-j4'])])).toBe(true);
  });

  it('takes any events for granted', async () => {
    const number = fc.integer({ min: 0, max: 3 });
    const path = fc.constantFrom('a', 'b', 'a/b', '../c', '/build/a', '');
    const event = fc.oneof(
      fc.tuple(number, number, fc.array(path)).map(([a, b, words]) => process(a, b, words)),
      fc
        .tuple(number, path, fc.constantFrom('write', 'rename-from', 'rename-to'))
        .map(([a, file, type]) => write(a, file, type)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const found = await provenanceOf(events, '/build');
        for (const file of ['a', 'b', 'a/b']) expect(found.writersOf(file).length).toBeLessThan(9);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what nobody asked for', () => {
  const with_ = async (consumed: Provenance['consumed'], programs = 1): Promise<Provenance> =>
    provenanceOf(
      [
        ...Array.from({ length: programs }, (_, index) => process(index + 1, 0, ['x'])),
        used(1, consumed),
        end,
      ],
      '/build',
    );

  it('is said only of what every use is counted of, in all builds', async () => {
    const quiet = await with_({});
    const clock = await with_({ clock: 1 });
    expect(neverAsked({ sources: ['clock', 'fileTimes'] }, [quiet, quiet])).toBe(true);
    expect(neverAsked({ sources: ['clock'] }, [quiet, clock])).toBe(false);
    expect(neverAsked({ sources: ['cpus'] }, [quiet])).toBe(false);
    expect(neverAsked({ sources: ['addressSpace', 'clock'] }, [quiet])).toBe(false);
    expect(neverAsked({ sources: [] }, [quiet])).toBe(false);
    expect(neverAsked({ sources: ['clock'] }, [])).toBe(false);
  });

  it('leaves out what C libraries do only where nothing is claimed', async () => {
    const usual = await with_({ randomness: 2, timeStampCounter: 16 }, 2);
    const variation = { sources: ['randomness', 'timeStampCounter'] as const };
    expect(neverAsked(variation, [usual])).toBe(false);
    expect(hardlyAsked(variation, [usual])).toBe(true);
    expect(hardlyAsked(variation, [await with_({ randomness: 3 }, 2)])).toBe(false);
  });
});

const determinizer = join(import.meta.dirname, '../../../../../native/build/selfsame-determinizer');
const works =
  existsSync(determinizer) &&
  spawnSync(determinizer, ['--epoch', '1700000000', '--', 'true']).status === 0;

describe.skipIf(!works)('the log of a real build', () => {
  let tree: string;
  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'selfsame-provenance-'));
  });
  afterAll(() => {
    rmSync(tree, { recursive: true, force: true });
  });

  it('names the program that asked for the time, behind copies', async () => {
    writeFileSync(
      join(tree, 'build.sh'),
      'date > stamp.new\nmv stamp.new stamp\ncp stamp copy\ntar cf all.tar copy\necho x > other\n',
    );
    const log = join(tree, 'log');
    const built = spawnSync(
      determinizer,
      ['--epoch', '1700000000', '--log', log, '--', 'sh', 'build.sh'],
      { cwd: tree, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } },
    );
    expect(built.status).toBe(0);
    const found = await readProvenance(log, tree);
    const names = found.writersOf('all.tar').map((writer) => writer.arguments[0]);
    expect(names).toEqual(['tar', 'cp', 'sh']);
    expect(found.order('stamp')).toBeLessThan(found.order('copy') ?? 0);
    expect(found.order('copy')).toBeLessThan(found.order('all.tar') ?? 0);
    expect(found.complete).toBe(true);
    expect(neverAsked({ sources: ['statfs'] }, [found])).toBe(true);
    expect(neverAsked({ sources: ['clock'] }, [found])).toBe(false);
  });
});
