import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { normalisersNamed } from '../normalisers/normalisers.js';
import { box, boxFormat } from '../testing-box.js';
import type { CompareReport } from '../types.js';

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'deep-look-test-'));
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** A program in diffoscope's place: a shell script that is given its arguments. */
function fake(script: string): string {
  const path = join(scratch, 'fake-diffoscope');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Writes its page: the contents of the two files that it was given as the last arguments. */
const honest =
  'while [ $# -gt 2 ]; do [ "$1" = --html ] && page=$2; shift; done; cat "$1" "$2" > "$page"; exit 1';

function deep(a: Uint8Array, b: Uint8Array, program: string, more = {}): Promise<CompareReport> {
  const [inA, inB] = [join(scratch, 'a'), join(scratch, 'b')];
  writeFileSync(inA, a);
  writeFileSync(inB, b);
  return compare(inA, inB, {
    formats: [boxFormat],
    deep: { directory: join(scratch, 'pages'), program, milliseconds: 200_000 },
    ...more,
  });
}

const unknown = (byte: number) =>
  box([{ name: '../-m', bytes: Uint8Array.of(0, 1, 2, byte, 7, 0) }]);

describe('a deep look', () => {
  it('shows diffoscope what no cause explains, as files with harmless names', async () => {
    const report = await deep(unknown(200), unknown(201), fake(honest));
    expect(report.deep).toEqual([{ place: ['a', '../-m'], file: join(scratch, 'pages/1.html') }]);
    expect([...readFileSync(report.deep[0]?.file ?? '')]).toEqual([
      0, 1, 2, 200, 7, 0, 0, 1, 2, 201, 7, 0,
    ]);
  });

  it('leaves out what is ignored', async () => {
    const signed = (byte: number) => box([{ name: 'x.sig', bytes: Uint8Array.of(0, 1, byte) }]);
    const report = await deep(signed(200), signed(201), fake(honest), {
      ignore: normalisersNamed(['signature']),
    });
    expect(report.verdict).toBe('equal-after-ignoring');
    expect(report.deep).toEqual([]);
  });

  it('says that diffoscope is missing, and from which package it comes', async () => {
    const report = await deep(unknown(200), unknown(201), join(scratch, 'no-such-program'));
    expect(report.verdict).toBe('differs');
    expect(report.unexamined).toMatchObject([{ reason: 'tool-missing' }]);
    expect(report.unexamined[0]?.detail).toContain('package diffoscope');
  });

  it('says that diffoscope made no page', async () => {
    const report = await deep(unknown(200), unknown(201), fake('exit 2'));
    expect(report.unexamined).toMatchObject([{ reason: 'unsupported' }]);
    expect(report.unexamined[0]?.detail).toContain('ended with 2');
  });

  it('stops it with all that it started when its time is up', async () => {
    const marker = join(scratch, 'child');
    const hanging = fake(`sleep 1000 & echo $! > ${marker}; wait`);
    const limited = {
      deep: { directory: join(scratch, 'pages'), program: hanging, milliseconds: 1500 },
    };
    const report = await deep(unknown(200), unknown(201), hanging, limited);
    expect(report.unexamined).toMatchObject([{ reason: 'out-of-time' }]);
    if (existsSync(marker)) expect(isRunning(Number(readFileSync(marker, 'utf8')))).toBe(false);
  });

  it('ends at once when it is interrupted, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const started = join(scratch, 'started');
    const hanging = fake(`echo > ${started}; sleep 1000`);
    const before = scratches();
    const running = deep(unknown(200), unknown(201), hanging, { signal: controller.signal });
    const poll = setInterval(() => {
      if (existsSync(started)) controller.abort(new Error('enough'));
    }, 10);
    await expect(running).rejects.toThrow('enough');
    clearInterval(poll);
    expect(scratches()).toEqual(before);
  });
});

function scratches(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('selfsame-compare-'));
}

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody waits for is not running.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
