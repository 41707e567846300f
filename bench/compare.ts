import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { BenchRow } from './row.js';

const bin = join(import.meta.dirname, '../packages/selfsame/bin/selfsame.js');
const mega = 1_000_000;
/**
 * Seconds that diffoscope gets, at least and at most, and how many times ours in between: if they end first, they are
 * a lower bound of its time.
 */
const [leastSeconds, mostSeconds, enoughTimes] = [240, 900, 25];
const RUNS = 5;

/** `selfsame compare` beside diffoscope on the same two trees and packages, its memory, and how its time grows. */
export async function run(): Promise<readonly BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'selfsame-bench-compare-'));
  try {
    const rows: BenchRow[] = [];
    const trees = join(scratch, 'trees');
    writeTrees(trees, 200);
    const ours = await measure(join(trees, 'a'), join(trees, 'b'));
    rows.push(...(await against('two trees of 200 MB, 20 differences', ours, trees, 'a', 'b')));
    rows.push(memoryRow('two trees of 200 MB, 20 differences', ours));
    rows.push(...(await growth(scratch, ours)));
    rmSync(trees, { recursive: true });
    const many = join(scratch, 'many');
    writeManyFiles(many);
    const name = `two trees of ${manyFiles.toLocaleString('en')} files, 20 differences`;
    const ofMany = await measure(join(many, 'a'), join(many, 'b'), 1);
    rows.push(memoryRow(`${name} (${(ofMany.wall / 1000).toFixed(1)} s)`, ofMany));
    rmSync(many, { recursive: true });
    const size = writePackages(scratch);
    if (size !== undefined) {
      const name = `two .deb of ${Math.round(size / mega)} MB, one byte of one file`;
      const packages = await measure(join(scratch, 'a.deb'), join(scratch, 'b.deb'));
      rows.push(...(await against(name, packages, scratch, 'a.deb', 'b.deb')));
      rows.push(memoryRow(name, packages));
    }
    return rows;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Measured {
  /** Of the whole command, ms: the median. */
  readonly wall: number;
  /** Peak of its resident memory, MB: the highest. */
  readonly memory: number;
}

/** The command on two things that differ, started anew each time. */
async function measure(a: string, b: string, runs = RUNS): Promise<Measured> {
  const note = join(tmpdir(), `selfsame-bench-${process.pid}`);
  const atExit = `process.on('exit',()=>require('fs').writeFileSync(${JSON.stringify(note)},''+process.resourceUsage().maxRSS))`;
  writeFileSync(`${note}.cjs`, atExit);
  const walls: number[] = [];
  let memory = 0;
  for (let turn = 0; turn <= runs; turn += 1) {
    const start = performance.now();
    const child = spawn(process.execPath, ['-r', `${note}.cjs`, bin, 'compare', a, b], {
      stdio: 'ignore',
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 1) throw new Error(`selfsame compare ${a} ${b} exits with ${code}`);
    if (turn > 0) walls.push(performance.now() - start);
    memory = Math.max(memory, (Number(readFileSync(note, 'utf8')) * 1024) / mega);
  }
  rmSync(note, { force: true });
  rmSync(`${note}.cjs`, { force: true });
  return { wall: walls.sort((p, q) => p - q)[Math.floor(runs / 2)] ?? NaN, memory };
}

/** Nothing where diffoscope is not there. */
async function against(
  name: string,
  ours: Measured,
  directory: string,
  a: string,
  b: string,
): Promise<BenchRow[]> {
  if (spawnSync('diffoscope', ['--version'], { stdio: 'ignore' }).status !== 0) return [];
  const peerSeconds = Math.round(
    Math.min(mostSeconds, Math.max(leastSeconds, (enoughTimes * ours.wall) / 1000)),
  );
  const start = performance.now();
  // A group of its own: its tools must end with it.
  const child = spawn('diffoscope', ['--no-progress', '--text', '/dev/null', a, b], {
    cwd: directory,
    stdio: 'ignore',
    detached: true,
  });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), peerSeconds * 1000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const peer = performance.now() - start;
  if (code !== 1 && code !== null) throw new Error(`diffoscope ${a} ${b} exits with ${code}`);
  const bound = code === null ? `, which was stopped after ${peerSeconds} s` : '';
  return [
    {
      name: `compare ${name} (peer: diffoscope${bound})`,
      ours: ours.wall / 1000,
      peer: peer / 1000,
      unit: 's',
      ratio: peer / ours.wall,
      bar: '≥ 20× faster',
      met: peer / ours.wall >= 20,
      note: `median of ${RUNS}, start of the command included`,
    },
  ];
}

function memoryRow(name: string, { memory }: Measured): BenchRow {
  return {
    name: `compare ${name}: peak memory of the process`,
    ours: memory,
    peer: 300,
    unit: 'MB',
    ratio: memory / 300,
    bar: '< 300 MB',
    met: memory < 300,
  };
}

/** From 100 to 200 and from 200 to 400 MB of the same kind: the second step is twice the first if growth is linear. */
async function growth(scratch: string, at200: Measured): Promise<BenchRow[]> {
  const walls = [at200.wall];
  for (const size of [100, 400]) {
    const root = join(scratch, `${size}`);
    writeTrees(root, size);
    walls.push((await measure(join(root, 'a'), join(root, 'b'))).wall);
    rmSync(root, { recursive: true });
  }
  const [middle = NaN, small = NaN, large = NaN] = walls;
  const ratio = (large - middle) / Math.max(1, middle - small);
  return [
    {
      name: 'compare trees of 400 MB (peer: twice those of 200 MB)',
      ours: large / 1000,
      peer: (2 * middle) / 1000,
      unit: 's',
      ratio: large / (2 * middle),
      bar: '≤ 1.1× linear',
      met: large <= 2.2 * middle,
      note: `100 MB: ${(small / 1000).toFixed(2)} s; the second step is ${ratio.toFixed(1)}× the first`,
    },
  ];
}

/** Two trees of so many MB: 80 % text, libraries and data of up to 1 MB, 20 % files of 10 MB; 20 of them differ. */
function writeTrees(root: string, megabytes: number): void {
  const a = join(root, 'a');
  let seed = megabytes;
  let written = 0;
  const paths: string[] = [];
  while (written < megabytes * mega) {
    const index = paths.length;
    const kind = index % 100;
    const size =
      kind === 0 ? Math.min(10 * mega, megabytes * mega - written) : kind < 20 ? 250_000 : 20_000;
    const path = join('src', `${index % 37}`, `file-${index}${kind < 20 ? '.bin' : '.txt'}`);
    mkdirSync(join(a, path, '..'), { recursive: true });
    writeFileSync(join(a, path), kind < 20 ? noise(size, (seed += 1)) : text(size, (seed += 1)));
    paths.push(path);
    written += size;
  }
  cpSync(a, join(root, 'b'), { recursive: true });
  for (let change = 0; change < 20; change += 1) {
    const path = join(root, 'b', paths[Math.floor(((change + 0.5) * paths.length) / 20)] ?? '');
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length * 0.7);
    // Every fourth has something inserted, so that all that follows is elsewhere.
    if (change % 4 === 0) {
      writeFileSync(
        path,
        Buffer.concat([bytes.subarray(0, at), Buffer.from('2026'), bytes.subarray(at)]),
      );
    } else {
      bytes.write('12:00', at, 'latin1');
      writeFileSync(path, bytes);
    }
  }
}

/** Files of each of two trees, as many as there are in a distribution. */
const manyFiles = 200_000;

/** Two trees of very many small files in directories of 500; 20 of them differ. */
function writeManyFiles(root: string): void {
  for (const side of ['a', 'b']) {
    for (let directory = 0; directory < manyFiles / 500; directory += 1) {
      const path = join(root, side, `package-${directory}/usr/share/things`);
      mkdirSync(path, { recursive: true });
      for (let index = 0; index < 500; index += 1) {
        const isChanged = side === 'b' && index === 7 && directory % 20 === 0;
        const content = `content ${directory} ${index}${isChanged ? ' changed' : ''}\n`;
        writeFileSync(join(path, `file-number-${index}.txt`), content);
      }
    }
  }
}

function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed | 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeInt32LE(state, at);
  }
  return bytes;
}

function text(size: number, seed: number): Buffer {
  const words = [
    'int',
    'return',
    'value',
    'if',
    'static',
    'const',
    'char',
    'size',
    'struct',
    'for',
  ];
  const numbers = noise(4096, seed);
  let line = '';
  for (let index = 0; line.length < size; index += 1) {
    const number = numbers[index % 4096] ?? 0;
    line += `${words[number % 10]}_${index}${number % 8 === 0 ? ';\n' : ' '}`;
  }
  return Buffer.from(line.slice(0, size), 'latin1');
}

/** A package of libraries of this machine, and the same with one byte changed. Resolves to its bytes; undefined: cannot be made here. */
function writePackages(scratch: string): number | undefined {
  const root = join(scratch, 'package');
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  writeFileSync(
    join(root, 'DEBIAN/control'),
    'Package: large\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: libraries\n',
  );
  const from = '/usr/lib/x86_64-linux-gnu';
  let bytes = 0;
  let last = '';
  try {
    for (const name of readdirSync(from).sort()) {
      const file = join(from, name);
      if (bytes > 80 * mega || !name.includes('.so')) continue;
      const { size } = statSync(file);
      if (!statSync(file).isFile() || size < 50_000) continue;
      last = join(root, 'usr/lib', name);
      copyFileSync(file, last);
      bytes += size;
    }
  } catch {
    return undefined;
  }
  copyFileSync(process.execPath, join(root, 'usr/lib/program'));
  const build = (name: string): boolean =>
    spawnSync(
      'dpkg-deb',
      ['-Zxz', '-z1', '--root-owner-group', '--build', root, join(scratch, name)],
      {
        stdio: 'ignore',
        env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
      },
    ).status === 0;
  if (!build('a.deb')) return undefined;
  const changed = readFileSync(last);
  changed[Math.floor(changed.length / 2)] = (changed[Math.floor(changed.length / 2)] ?? 0) ^ 1;
  writeFileSync(last, changed);
  if (!build('b.deb')) return undefined;
  rmSync(root, { recursive: true });
  return statSync(join(scratch, 'a.deb')).size;
}
