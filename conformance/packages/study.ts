// Builds packages natively and under level virtual, twice each, and compares (README.md).
// Usage: node tools/run-ts.js conformance/packages/study.ts [options] [packages...]
//   --area DIR      keep workspaces, stores and results of builds there (default: made and removed again)
//   --second USER   the second builder's user (default: the same)
//   --only TARGETS  native, virtual, or one of both, as native-1
//   --results FILE  read results from there, and write them back
//   --quick         the packages of `make conformance`; exit 1 if any differs under virtual
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { buildOnce, childrenSeconds, runSelfsame } from './builder.js';
import type { Builder, Built } from './builder.js';
import { readCatalogue } from './catalogue.js';
import type { StudiedPackage } from './catalogue.js';
import { differences, hashTree, testResults } from './compare.js';
import { readResults, writeResults } from './results.js';
import type { Pair, Result } from './results.js';
import { targets, writeWorkspace } from './workspace.js';
import type { Target } from './workspace.js';

const { values: options, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    area: { type: 'string' },
    second: { type: 'string' },
    only: { type: 'string' },
    results: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const catalogue = await readCatalogue();
const chosen = catalogue.packages.filter((one) =>
  positionals.length > 0 ? positionals.includes(one.name) : !options.quick || one.quick,
);
const area = options.area ?? (await mkdtemp('/var/tmp/selfsame-packages-'));
const builders: readonly [Builder, Builder] = [
  { directory: join(area, 'first'), user: undefined },
  { directory: join(area, 'second at another place'), user: options.second },
];
let bad = 0;
try {
  // The second builder must get to its own.
  await chmod(area, 0o755);
  await prepare();
  const results = options.results === undefined ? {} : await readResults(options.results);
  for (const one of chosen) {
    const result = { ...results[one.name], ...(await study(one)) };
    results[one.name] = result;
    if (options.results !== undefined) await writeResults(options.results, results);
    stdout.write(`${one.name}: ${sentence(result)}\n`);
    if (result.virtual?.equal === false || result.tests?.equal === false) bad += 1;
    if ([result.native, result.virtual].some((pair) => pair?.failure !== undefined)) bad += 1;
  }
} finally {
  if (options.area === undefined) {
    for (const builder of builders) {
      await runSelfsame(builder, ['store', 'gc', '--all'], () => undefined).catch(() => undefined);
    }
    await rm(area, { recursive: true, force: true });
  }
}
exit(options.quick && bad > 0 ? 1 : 0);

/** Two workspaces with the same lock. */
async function prepare(): Promise<void> {
  const [first, second] = builders;
  const wanted = new Set(chosen.map(({ environment }) => environment));
  for (const { directory } of builders) {
    await mkdir(join(directory, 'home'), { recursive: true });
    await writeWorkspace(
      join(directory, 'workspace'),
      {
        environments: Object.fromEntries(
          Object.entries(catalogue.environments).filter(([name]) => wanted.has(name)),
        ),
        packages: chosen,
      },
      `round ${Date.now()}`,
    );
  }
  let failed = '';
  const { code } = await runSelfsame(first, ['lock'], (event) => {
    if (event['type'] === 'error') failed = JSON.stringify(event);
  });
  if (code !== 0) throw new Error(`selfsame lock: ${failed}`);
  const lock = 'workspace/selfsame.lock';
  await copyFile(join(first.directory, lock), join(second.directory, lock));
  if (second.user !== undefined) {
    execFileSync('chown', ['-R', `${second.user}:`, join(second.directory, 'workspace')]);
    execFileSync('chown', [`${second.user}:`, second.directory, join(second.directory, 'home')]);
  }
}

async function study(one: StudiedPackage): Promise<Result> {
  const built = new Map<Target, Built>();
  for (const target of targets) {
    if (options.only !== undefined && !target.startsWith(options.only)) continue;
    const builder = builders[target.endsWith('1') ? 0 : 1];
    await rm(resultPath(builder, one, target), { recursive: true, force: true });
    const result = await buildOnce(builder, one.name, target);
    await writeFile(join(area, `${one.name}-${target}.log`), `${result.output}${result.message}`);
    if (!result.ok) stderr.write(`${one.name}@${target}: ${result.message.split('\n')[0] ?? ''}\n`);
    built.set(target, result);
  }
  const counts = [...built.values()].map(({ output }) =>
    JSON.stringify(testResults(output, one.tests)),
  );
  const results = Object.values(testResults(built.values().next().value?.output ?? '', one.tests));
  return {
    ...(await compare(one, 'native', built)),
    ...(await compare(one, 'virtual', built)),
    ...(one.tests === undefined
      ? {}
      : {
          tests: {
            equal: new Set(counts).size === 1 && results.length > 0,
            results: results.reduce((sum, count) => sum + count, 0),
          },
        }),
  };
}

async function compare(
  one: StudiedPackage,
  level: 'native' | 'virtual',
  built: ReadonlyMap<Target, Built>,
): Promise<Partial<Record<'native' | 'virtual', Pair>>> {
  const [first, second] = [built.get(`${level}-1`), built.get(`${level}-2`)];
  if (first === undefined || second === undefined) return {};
  const both = [first, second];
  const times = {
    seconds: both.map(({ seconds }) => seconds),
    processorSeconds: both.map(({ processorSeconds }) => round(processorSeconds)),
    ...(level === 'native' && {
      buildSeconds: both.map(({ output }) => round(childrenSeconds(output.trimEnd()))),
    }),
  };
  if (!first.ok || !second.ok) {
    const failure = [first.message, second.message].filter(Boolean).join('; ').slice(0, 400);
    return { [level]: { files: 0, differing: [], ...times, failure } };
  }
  const trees = await Promise.all(
    builders.map((builder, index) =>
      hashTree(
        resultPath(builder, one, index === 0 ? `${level}-1` : `${level}-2`),
        one.except === undefined ? undefined : new RegExp(one.except, 'u'),
      ),
    ),
  );
  const [left = new Map<string, string>(), right = new Map<string, string>()] = trees;
  const differing = differences(left, right);
  return {
    [level]: {
      equal: differing.length === 0 && left.size > 0,
      files: left.size,
      differing: differing.slice(0, 10),
      ...times,
    },
  };
}

/** To milliseconds. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function resultPath({ directory }: Builder, one: StudiedPackage, target: Target): string {
  return join(directory, 'out', one.name, one.version ?? 'crate', target);
}

function sentence({ native, virtual, tests }: Result): string {
  const one = (pair: Pair | undefined) =>
    pair === undefined
      ? 'not built'
      : pair.failure !== undefined
        ? `FAILED ${pair.failure.slice(0, 100)}`
        : `${pair.equal === true ? 'equal' : `differs (${pair.differing.slice(0, 3).join(', ')})`}, ${pair.files} files, ${pair.seconds.map((s) => s.toFixed(1)).join('/')} s`;
  return `native ${one(native)}; virtual ${one(virtual)}${tests === undefined ? '' : `; tests ${tests.equal ? 'equal' : 'DIFFER'} (${tests.results})`}`;
}
