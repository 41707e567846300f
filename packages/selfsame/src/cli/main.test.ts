import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The real process, with commands whose behaviour the tests know.
const probes = `
  import { main } from './main.js';
  import { testProduct } from './testing.js';
  const base = { summary: 's', arguments: [], options: [], examples: [{ command: 'c', does: 'd' }] };
  const never = () => new Promise(() => setInterval(() => undefined, 1000));
  await main(testProduct([
      { ...base, name: 'wait', run: (_a, _o, { signal }) => new Promise((_, reject) => {
        setInterval(() => undefined, 1000);
        signal.addEventListener('abort', () => reject(new Error('stopped')));
        process.stderr.write('ready\\n');
      }) },
      { ...base, name: 'deaf', run: () => (process.stderr.write('ready\\n'), never()) },
      { ...base, name: 'shell', interactive: true, run: (_a, _o, { signal }) => new Promise((resolve) => {
        setInterval(() => undefined, 1000);
        process.on('SIGINT', () => setImmediate(() => resolve({ exitCode: signal.aborted ? 1 : 0, data: null, text: ['went on'] })));
        process.stderr.write('ready\\n');
      }) },
      { ...base, name: 'much', run: async () => ({ exitCode: 0, data: null, text: Array.from({ length: 200000 }, (_, i) => 'line ' + i) }) },
      { ...base, name: 'listen', run: async (_a, _o, { signal }) => {
        for (let i = 0; i < 200; i++) signal.addEventListener('abort', () => undefined);
        return { exitCode: 0, data: null, text: [] };
      } },
      { ...base, name: 'handles', run: async () => (setInterval(() => undefined, 1000), { exitCode: 1, data: null, text: ['done'] }) },
  ]));
`;

describe('the process', () => {
  let place: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'selfsame-main-'));
    await build({
      stdin: { contents: probes, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: join(place, 'probe.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      // What real commands would load is not wanted here.
      plugins: [
        {
          name: 'late-imports-stay',
          setup: (builder) =>
            builder.onResolve({ filter: /./ }, ({ kind, path }) =>
              kind === 'dynamic-import' ? { path, external: true } : undefined,
            ),
        },
      ],
      banner: {
        js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
      },
    });
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  const start = (...argv: string[]): ChildProcess & { out: () => string } => {
    const child = spawn(process.execPath, [join(place, 'probe.mjs'), ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    return Object.assign(child, { out: () => text });
  };
  const ready = (child: ChildProcess): Promise<unknown> => once(child.stderr!, 'data');
  const end = async (child: ChildProcess): Promise<number | null> =>
    ((await once(child, 'close')) as [number | null])[0];

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s stops the command and ends with 130',
    async (signal) => {
      const child = start('wait', '--json');
      await ready(child);
      child.kill(signal);
      expect(await end(child)).toBe(130);
      expect(JSON.parse(child.out())).toMatchObject({
        type: 'error',
        exitCode: 130,
        errors: [{ code: 'INTERRUPTED' }],
      });
    },
  );

  it('a second signal ends at once what does not stop', async () => {
    const child = start('deaf');
    await ready(child);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await end(child)).toBe(130);
  });

  it('leaves Ctrl-C to the program of an interactive command', async () => {
    const child = start('shell');
    await ready(child);
    child.kill('SIGINT');
    expect(await end(child)).toBe(0);
    expect(child.out()).toBe('went on\n');
  });

  it('writes all of a long answer to a slow reader', async () => {
    const child = start('much');
    expect(await end(child)).toBe(0);
    expect(child.out().split('\n')).toHaveLength(200_001);
  });

  it('survives a reader that leaves', async () => {
    const child = start('much');
    child.stdout!.destroy();
    expect(await end(child)).toBe(0);
  });

  it('is not warned of what runs in parallel', async () => {
    const child = start('listen');
    let complaints = '';
    child.stderr!.on('data', (more: Buffer) => (complaints += more.toString()));
    expect(await end(child)).toBe(0);
    expect(complaints).toBe('');
  });

  it('does not wait for what a command left open', async () => {
    const child = start('handles');
    expect(await end(child)).toBe(1);
  });
});
