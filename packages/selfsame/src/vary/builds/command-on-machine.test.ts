import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { getPriority, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { measureTree } from './copy-tree.js';
import { CheckRoom, made, sandboxesWork, testEpoch, testSeed, varyAll } from '../testing.js';
import type { BuildRun } from '../types.js';
import { variationNamed, variations } from '../variations/variations.js';

const usual = variations.filter((one) => one.onRequest !== true);

function paths(run: BuildRun): readonly string[] {
  return run.artifacts.map(({ path }) => path);
}

describe.skipIf(!sandboxesWork)('builds of a command', () => {
  const room = new CheckRoom();
  afterAll(() => room.dispose());

  it('come out the same with nothing varied, several at once, and leave the tree alone', async () => {
    const cwd = room.tree('same', {
      'build.sh': 'date >time; od -An -N9 -tx1 /dev/urandom >random\n',
    });
    const builder = await room.builder(cwd, ['sh', './build.sh']);
    const runs = await Promise.all(
      ['one', 'two', 'three'].map((id) => builder.build(builder.base, [], id)),
    );
    expect(paths(runs[0] as BuildRun)).toEqual(['random', 'time']);
    for (const run of runs) expect(run.artifacts).toEqual(runs[0]?.artifacts);
    expect(readdirSync(cwd)).toEqual(['build.sh']);
    expect(runs[0]?.canaries).toMatchObject({ epoch: testEpoch, path: cwd, hostname: 'selfsame' });
  });

  it('work with everything varied, which a program sees at once', async () => {
    const cwd = room.tree('all', {
      'probe.sh':
        '{ pwd; echo "$HOME"; id -un; umask; uname -n; uname -r; nproc; date +%Y%z; nice; test -t 0 && tty; echo "$TMPDIR"; stat -c %o .; } >seen\n',
    });
    const builder = await room.builder(cwd, ['sh', './probe.sh']);
    const conditions = varyAll(builder.base, builder.host, usual);
    const run = await builder.build(conditions, ['all'], 'all');
    expect(run.outcome).toEqual({ type: 'built' });
    const { home, hostname, user, kernelRelease, cpus, temporaryDirectory, path } = conditions;
    const seen = made(run, 'seen').split('\n');
    expect(seen.slice(0, 7)).toEqual([
      ...[path, home, user.name, '0007', hostname, kernelRelease, String(cpus)],
    ]);
    expect(seen).toContain(String(Math.min(19, getPriority() + 10)));
    expect(seen).toContain('/dev/pts/0');
    expect(seen).toContain(temporaryDirectory);
    expect(seen).toContain('1024');
    // The tree was built elsewhere and is here now, like those of other builds.
    expect(statSync(join(run.tree ?? '', 'seen')).dev).toBe(statSync(room.directory).dev);
  });

  it('tell what was made and changed from what was given', async () => {
    const cwd = room.tree('changes', {
      ...{ kept: 'kept'.repeat(5000), changed: 'old', again: 'same', gone: 'x', mode: 'm' },
      'd/inner': 'i',
    });
    linkSync(join(cwd, 'kept'), join(cwd, 'second-name'));
    symlinkSync('kept', join(cwd, 'link'));
    const script =
      'printf new >changed; printf same >again; rm gone; chmod 755 mode; mkdir made; ln -s changed made/link; touch made/empty; echo more >d/more';
    const builder = await room.builder(cwd, ['sh', '-c', script]);
    const run = await builder.build(builder.base, [], 'b');
    expect(run.artifacts.map(({ path, type }) => `${type} ${path}`)).toEqual([
      ...['file again', 'file changed', 'file d/more', 'directory made', 'file made/empty'],
      ...['symlink made/link', 'file mode'],
    ]);
    expect(run.artifacts.find(({ path }) => path === 'mode')?.mode).toBe(0o755);
    // What another build may have changed is here, too.
    expect(await builder.artifactAt(run, 'kept')).toMatchObject({ type: 'file', size: 20_000 });
    expect(await builder.artifactAt(run, 'gone')).toBeUndefined();
    expect(run.gone).toEqual(['gone']);
    expect(await builder.artifactAt(run, '../build.sh')).toBeUndefined();
    expect(await builder.artifactAt(run, 'made/link/x')).toBeUndefined();
  });

  it('have copies that are like the tree to the nanosecond', async () => {
    const cwd = room.tree('exact', { older: 'a', 'sub/newer': 'b' });
    execFileSync('touch', ['-d', '2001-02-03 04:05:06.123456789', join(cwd, 'older')]);
    execFileSync('touch', ['-d', '2001-02-03 04:05:06.123456790', join(cwd, 'sub/newer')]);
    utimesSync(join(cwd, 'sub'), 1_000_000_000, 1_000_000_000);
    linkSync(join(cwd, 'older'), join(cwd, 'hard'));
    const script = '[ sub/newer -nt older ] && [ hard -ef older ] && stat -c %y sub >seen';
    const builder = await room.builder(cwd, ['sh', '-c', script], {
      // Times of files as they are.
      env: [],
    });
    const run = await builder.build(
      { ...builder.base, sources: { fileTimes: 'real', inodes: 'real' } },
      [],
      'b',
    );
    expect(run.outcome).toEqual({ type: 'built' });
    expect(made(run, 'seen')).toMatch(/^2001-09-09 01:46:40\.0+ /);
  });

  it('take declared outputs only, whether they were made or given', async () => {
    const cwd = room.tree('outputs', { 'out/given': 'g', other: 'o' });
    const builder = await room.builder(
      cwd,
      ['sh', '-c', 'echo >out/made; echo >other; echo >x.bin'],
      {
        outputs: ['out', '*.bin'],
      },
    );
    expect(paths(await builder.build(builder.base, [], 'b'))).toEqual([
      ...['out', 'out/given', 'out/made', 'x.bin'],
    ]);
  });

  it('have no SOURCE_DATE_EPOCH unless the caller has it, and variables that are asked for', async () => {
    const cwd = room.tree('variables', {});
    const script = 'echo "${SOURCE_DATE_EPOCH-none} ${CC-none} ${SECRET-none} $MAKEFLAGS" >seen';
    const seen = async (changes: Parameters<CheckRoom['builder']>[2]): Promise<string> => {
      const builder = await room.builder(cwd, ['sh', '-c', script], changes);
      const jobs = variationNamed('jobs').apply(builder.base, builder.host, testSeed);
      return made(await builder.build(jobs, ['jobs'], 'b'), 'seen');
    };
    const PATH = process.env['PATH'];
    expect(await seen({ caller: { PATH, SECRET: 's', CC: 'clang' } })).toMatch(
      /^none none none -j/,
    );
    expect(
      await seen({
        caller: { PATH, SOURCE_DATE_EPOCH: '1600000000', CC: 'clang' },
        env: ['CC', 'MAKEFLAGS=-k'],
      }),
    ).toBe('1600000000 clang none -k\n');
  });

  it('that fail under one variation only say how', async () => {
    const cwd = room.tree('fails', {});
    const builder = await room.builder(cwd, [
      'sh',
      '-c',
      'echo working; umask | grep 022 || exit 3',
    ]);
    expect((await builder.build(builder.base, [], 'a')).outcome).toEqual({ type: 'built' });
    const varied = variationNamed('umask').apply(builder.base, builder.host, testSeed);
    const run = await builder.build(varied, ['umask'], 'b');
    expect(run.outcome).toEqual({
      ...{ type: 'failed', why: 'the command ended with status 3', lastLines: ['working'] },
    });
    expect(run).toMatchObject({ tree: undefined, artifacts: [], varied: ['umask'] });
  });

  it('that never end, print or write without end are stopped', async () => {
    const cwd = room.tree('endless', {});
    const ended = async (script: string, limits: object): Promise<BuildRun['outcome']> => {
      const builder = await room.builder(cwd, ['sh', '-c', script], { limits });
      return (await builder.build(builder.base, [], 'b')).outcome;
    };
    const [slept, printed, wrote, missing] = await Promise.all([
      ended('echo started; sleep 1000', { wallSeconds: 1 }),
      ended('yes a very long line', { outputBytes: 100_000 }),
      ended('head -c 100M /dev/zero >big', { diskBytes: 10 * 2 ** 20 }),
      ended('exec no-such-program', {}),
    ]);
    expect(slept).toMatchObject({
      ...{ type: 'failed', why: 'the command ran longer than 1 s and was stopped' },
      // On a busy machine it may not have come to that.
      lastLines: expect.toSatisfy((lines) => ['', 'started'].includes(String(lines))),
    });
    expect(printed).toMatchObject({ type: 'failed', why: expect.stringContaining('printed more') });
    expect(printed?.type === 'failed' && printed.lastLines).toHaveLength(40);
    expect(wrote).toMatchObject({ type: 'failed', why: expect.stringContaining('wrote more') });
    expect(missing).toMatchObject({ why: 'the command ended with status 127' });
  });

  it('that write outside of their tree are named, and change nothing', async () => {
    const cwd = room.tree('outside', {});
    const place = `/selfsame-test-${process.pid}`;
    const script = `mkdir ${place} 2>/dev/null && echo >${place}/file; echo >/tmp/t; mkdir -p ~/.cache; echo >~/.cache/c; echo >~/selfsame-test-in-home; true`;
    // Not one below /tmp, of which every sandbox has its own.
    const { homedir } = userInfo();
    const caller = { PATH: process.env['PATH'], HOME: homedir };
    const builder = await room.builder(cwd, ['sh', '-c', script], { caller });
    const run = await builder.build(builder.base, [], 'b');
    expect(run.wroteOutside).toEqual([
      ...(builder.host.privileged
        ? [`${homedir}/selfsame-test-in-home`, `${place}/file`]
        : [expect.stringMatching(/selfsame-test-in-home$/)]),
    ]);
    expect(existsSync(place)).toBe(false);
  });

  it('cannot use the tree they were copied from when they are elsewhere', async () => {
    // Not where temporary files are, which every sandbox has of its own; and where no list of the repository's files looks.
    const cwd = mkdtempSync(join(process.cwd(), 'node_modules/selfsame-test-'));
    try {
      writeFileSync(join(cwd, 'source'), 'text');
      const builder = await room.builder(cwd, ['sh', '-c', `cat '${cwd}/source' >copy`]);
      expect(made(await builder.build(builder.base, [], 'a'), 'copy')).toBe('text');
      const varied = variationNamed('build-path').apply(builder.base, builder.host, testSeed);
      expect((await builder.build(varied, ['build-path'], 'b')).outcome.type).toBe('failed');
    } finally {
      execFileSync('rm', ['-r', cwd]);
    }
  });

  it('may leave devices, pipes, closed directories and odd names', async () => {
    const cwd = room.tree('odd', {});
    const script =
      'mkfifo pipe; mknod device c 1 3 2>/dev/null; mkdir closed; echo c >closed/file; echo r >secret; chmod 0 secret closed; ' +
      "printf x >\"$(printf 'caf\\351')\"; mkdir \"$(printf 'd\\377')\"; echo y >\"$(printf 'd\\377/\\303\\251')\"; printf z >'a b\nc'; ln -s / root";
    const builder = await room.builder(cwd, ['sh', '-c', script]);
    const user = variationNamed('user-group').apply(builder.base, builder.host, testSeed);
    for (const conditions of [builder.base, user]) {
      const run = await builder.build(conditions, [], `odd-${conditions.user.name}`);
      expect(paths(run)).toEqual([
        ...['a b\nc', 'caf\\xe9', 'closed', 'closed/file', 'd\\xff', 'd\\xff/é', 'root', 'secret'],
      ]);
      expect(run.artifacts.find(({ path }) => path === 'closed')?.mode).toBe(0);
      expect(made(run, 'caf\\xe9')).toBe('x');
      expect(made(run, 'd\\xff/é')).toBe('y\n');
      expect(existsSync(join(run.tree ?? '', 'pipe'))).toBe(false);
      expect(run.notes.join()).toMatch(/pipes or sockets.*pipe/);
    }
  });

  it('are refused for trees with pipes, and leave out the store', async () => {
    const context = await room.context();
    const cwd = context.directory;
    writeFileSync(join(cwd, 'file'), 'f');
    const builder = await room.builder(cwd, ['sh', '-c', 'ls -A >seen']);
    expect(made(await builder.build(builder.base, [], 'b'), 'seen')).toBe('file\nseen\n');
    const piped = room.tree('piped', {});
    execFileSync('mkfifo', [join(piped, 'pipe')]);
    await expect(room.builder(piped, ['true'])).rejects.toMatchObject({
      code: 'CHECK_TREE_REFUSED',
      message: expect.stringContaining('pipe'),
    });
    // As if it were removed between being named and being read.
    await expect(measureTree(join(room.directory, 'removed'), [])).rejects.toMatchObject({
      code: 'CHECK_TREE_REFUSED',
      hint: expect.stringContaining('removed'),
    });
  });

  it('are made again on disk where they fill the file system in memory', async ({ skip }) => {
    const cwd = room.tree('filling', {});
    const small = join(room.directory, 'small');
    mkdirSync(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', small]);
    if (mounted.status !== 0)
      skip('a file system in memory of 300 MiB cannot be made here: not root');
    try {
      const script = 'head -c 310M /dev/zero >big && df . | tail -n 1 >where && rm big';
      const builder = await room.builder(cwd, ['sh', '-c', script]);
      Object.assign(builder.host, { memoryFileSystem: { path: small, free: 300 * 2 ** 20 } });
      const inMemory = { ...builder.base, fileSystem: 'tmpfs' } as const;
      const run = await builder.build(inMemory, ['block-size'], 'b');
      expect(run.outcome).toEqual({ type: 'built' });
      expect(run.notes.join()).toContain('filled the one in memory');
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });

  it('are gone with their builder', async () => {
    const cwd = room.tree('gone', { big: 'x'.repeat(10_000) });
    const builder = await room.builder(cwd, ['sh', '-c', 'mkdir -p a; chmod 0 a; echo >b']);
    const run = await builder.build(builder.base, [], 'b');
    expect(lstatSync(join(run.tree ?? '', 'big')).nlink).toBe(2);
    await builder[Symbol.asyncDispose]();
    expect(existsSync(run.tree ?? '/')).toBe(false);
  });

  it('stop when they are interrupted', async () => {
    const other = new CheckRoom();
    try {
      const context = await other.context();
      const builder = await other.builder(other.tree('long', {}), ['sleep', '1000']);
      const ended = builder.build(builder.base, [], 'b');
      // In whatever it is about then.
      setTimeout(() => context.controller.abort(), 100);
      await expect(ended).rejects.toMatchObject({ code: 'INTERRUPTED' });
    } finally {
      await other.dispose();
    }
  });
});
