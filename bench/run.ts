import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { argv, execPath, exit, stderr, stdout } from 'node:process';
import { spawnSync } from 'node:child_process';
import type { BenchRow } from './row.js';
import { markdownTable } from './table.js';

// Each benchmark runs in a process of its own, so that memory and warm caches of one do not flatter
// or burden the next. `npm run bench -- cli store` runs only those two.

const folder = import.meta.dirname;
const wanted = argv.slice(2).filter((argument) => !argument.startsWith('-'));
const names = (await readdir(folder))
  .filter((name) => name.endsWith('.ts') && !name.startsWith('.'))
  .map((name) => basename(name, '.ts'))
  .filter((name) => !['median', 'row', 'run', 'table'].includes(name))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  stderr.write(`no such benchmark: ${unknown.join(', ')}\n`);
  exit(2);
}

const rows: BenchRow[] = [];
const failed: string[] = [];
const scratch = await mkdtemp(join(tmpdir(), 'selfsame-bench-'));
try {
  for (const name of names) {
    stderr.write(`measuring ${name} …\n`);
    const answer = join(scratch, `${name}.json`);
    const child = spawnSync(execPath, [join(folder, '../tools/run-bench.js'), name, answer], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 45 * 60_000,
    });
    if (child.status === 0)
      rows.push(...(JSON.parse(await readFile(answer, 'utf8')) as BenchRow[]));
    else failed.push(name);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
stdout.write(
  `Node ${process.version}, ${cpus().length} × ${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB\n\n`,
);
stdout.write(markdownTable(rows));
if (failed.length > 0) {
  stderr.write(`\ncould not be measured: ${failed.join(', ')}\n`);
}
// Exit codes as everywhere: 0 every bar met, 1 one not met, 5 something could not be measured.
exit(failed.length > 0 ? 5 : rows.every((row) => row.met) ? 0 : 1);
