import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nativePath } from '../../util/native.js';
import type { LogEvent } from './log-events.js';
import { defaultLogBounds, readLog } from './log-reader.js';
import type { LogBounds } from './log-reader.js';
import { alwaysNotCovered, summarise } from './log-summary.js';

async function read(
  chunks: readonly (string | Uint8Array)[],
  bounds?: Partial<LogBounds>,
): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  const bytes = chunks.map((chunk) => Buffer.from(chunk));
  for await (const event of readLog(bytes, { ...defaultLogBounds, ...bounds })) events.push(event);
  return events;
}

const gap = (what: string, process = 1): string =>
  `${JSON.stringify({ type: 'not-covered', what, process })}\n`;

describe('readLog', () => {
  it('reads what the determinizer writes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'selfsame-log-'));
    const path = join(directory, 'log');
    try {
      const { status, stderr } = spawnSync(
        nativePath('selfsame-determinizer'),
        [
          '--epoch',
          '1700000000',
          '--log',
          path,
          '--',
          'sh',
          '-c',
          'date > out; mv out "a\nb"; exit 5',
        ],
        { cwd: directory, encoding: 'utf8' },
      );
      if (stderr.includes('selfsame-determinizer: '))
        return void process.stderr.write(`skipping: ${stderr}`);
      expect(status).toBe(5);
      const events = await read([readFileSync(path)]);
      expect(events.filter(({ type }) => type === 'unreadable' || type === 'cut')).toEqual([]);
      expect(events[0]).toMatchObject({
        type: 'start',
        epoch: 1_700_000_000,
        sources: { clock: 'fixed', delays: 'real' },
      });
      expect(events.at(-1)).toMatchObject({
        type: 'end',
        status: 5,
        signal: undefined,
        processes: 3,
      });
      const shell = events.find((event) => event.type === 'process');
      expect(shell?.arguments.slice(0, 2)).toEqual(['sh', '-c']);
      expect(shell?.identity).toMatch(/^[0-9a-f]{64}$/u);
      expect(events).toContainEqual({ type: 'write', process: 1, directory, path: 'out' });
      expect(events).toContainEqual(expect.objectContaining({ type: 'rename-to', path: 'a\nb' }));
      const summary = await summarise(readLog([readFileSync(path)]));
      expect(summary).toMatchObject({ complete: true, processes: 3, consumed: { clock: 1 } });
      const always = events.flatMap((event) =>
        event.type === 'not-covered' && event.process === 0 ? [event.what] : [],
      );
      expect(always).toEqual(expect.arrayContaining([...alwaysNotCovered]));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('reads the same however the bytes come in', async () => {
    const line = fc.oneof(
      fc.string({ maxLength: 30 }).map((what) => gap(what)),
      fc.string({ maxLength: 30 }).map((text) => `${text.replaceAll('\n', '')}\n`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 20 }),
        async (lines, cuts) => {
          const bytes = Buffer.from(lines.join(''));
          const chunks: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)));
          chunks.push(bytes.subarray(at));
          const whole = await read([bytes]);
          expect(await read(chunks)).toEqual(whole);
          expect(whole).toHaveLength(lines.length);
        },
      ),
    );
  });

  it('never throws and never reads past its bounds, whatever the bytes are', async () => {
    const bounds = { lineBytes: 64, lines: 10, bytes: 300 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 10 }),
        async (chunks) => {
          const events = await read(chunks, bounds);
          expect(events.length).toBeLessThanOrEqual(bounds.lines + 1);
        },
      ),
    );
  });

  it('says which lines it could not read, and why', async () => {
    const events = await read(
      [
        ...[
          'nonsense\n',
          '[]\n',
          '{"type":"later"}\n',
          '{"type":"toString"}\n',
          '{"type":"not-covered","what":1}\n',
        ],
        ...[
          '{"type":"not-covered","what":"x","process":-1}\n',
          `"${'x'.repeat(200)}"\n`,
          gap('a'),
          '{"type":"tru',
        ],
      ],
      { lineBytes: 100 },
    );
    expect(
      events.map((event) =>
        event.type === 'unreadable' ? [event.line, event.reason] : event.type,
      ),
    ).toEqual([
      ...[
        [1, 'not-json'],
        [2, 'unknown-type'],
        [3, 'unknown-type'],
        [4, 'unknown-type'],
        [5, 'wrong-member'],
      ],
      ...[[6, 'wrong-member'], [7, 'too-long'], 'not-covered', [9, 'half']],
    ]);
  });

  it('stops at its bounds', async () => {
    const log = gap('a').repeat(10);
    expect((await read([log], { lines: 3 })).map(({ type }) => type)).toEqual([
      ...Array<string>(3).fill('not-covered'),
      'cut',
    ]);
    const events = await read([log], { bytes: gap('a').length * 2 + 5 });
    expect(events).toEqual([
      ...(await read([gap('a').repeat(2)])),
      { type: 'cut', line: 3, bytes: gap('a').length * 2 },
    ]);
  });

  it('takes in what it does not know of a line, and leaves it out', async () => {
    const line =
      '{"type":"sources","process":1,"filesWritten":2,"consumed":{"clock":3,"moods":4},"more":5}\n';
    expect(await read([line])).toEqual([
      { type: 'sources', process: 1, filesWritten: 2, consumed: { clock: 3 } },
    ]);
  });
});

describe('summarise', () => {
  it('counts what every program used, and each gap once', async () => {
    const sources = (process: number): string =>
      `{"type":"sources","process":${process},"filesWritten":1,"consumed":{"clock":2,"cpus":0}}\n`;
    const summary = await summarise(
      readLog([
        Buffer.from(
          sources(1) +
            sources(2) +
            gap('x', 1) +
            gap('x', 2) +
            gap('y', 0) +
            gap(alwaysNotCovered[0] ?? '', 0) +
            '{"type":"truncated","lines":7}\n',
        ),
      ]),
    );
    expect(summary).toEqual({
      processes: 0,
      filesWritten: 2,
      consumed: { clock: 4 },
      notCovered: [
        { what: 'x', programs: 2, detail: undefined, executable: undefined },
        { what: 'y', programs: 0, detail: undefined, executable: undefined },
      ],
      notCoveredMore: 0,
      complete: false,
      linesLost: 7,
      supervisor: undefined,
    });
  });

  it('keeps no more kinds than there can be', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => gap(`what ${index}`)).join('');
    const summary = await summarise(readLog([Buffer.from(lines)]));
    expect([summary.notCovered.length, summary.notCoveredMore]).toEqual([100, 50]);
  });
});
