import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bundle, copyNative, sandboxesWork } from '../../sandbox/test-environment.js';

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** How to become it. */
  readonly prefix: readonly string[];
}

const ourselves: Account = {
  name: 'this account',
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  prefix: [],
};

/** From root also somebody without powers and without ranges of ids: a number nobody has. */
const accounts: readonly Account[] =
  ourselves.uid !== 0 || spawnSync('setpriv', ['--version']).status !== 0
    ? [ourselves]
    : [
        ourselves,
        {
          name: 'an ordinary account',
          uid: 64_999,
          gid: 64_999,
          prefix: ['setpriv', '--reuid=64999', '--regid=64999', '--clear-groups', '--'],
        },
      ];
if (accounts.length === 1)
  process.stderr.write('testing selfsame run as one account: needs root and setpriv for others\n');

/** Where every account may look. */
const path = '/usr/local/bin:/usr/bin:/bin';

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH: path } }).status === 0;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** 2024-01-01. */
const epoch = 1_704_067_200;

let room: string;
let program: string;
let native: string;

beforeAll(async () => {
  if (!sandboxesWork) return;
  room = mkdtempSync(join(tmpdir(), 'selfsame-run-'));
  native = copyNative(room);
  program = await bundle(join(import.meta.dirname, '../testing-run.ts'), join(room, 'main.mjs'));
  chmodSync(program, 0o644);
});

afterAll(() => {
  if (room !== undefined) rmSync(room, { recursive: true, force: true });
});

describe.skipIf(!sandboxesWork).each(accounts)('selfsame run as $name', (account) => {
  let home: string;
  let work: string;

  function directory(name: string): string {
    const path = mkdtempSync(join(room, `${name}-`));
    chownSync(path, account.uid, account.gid);
    chmodSync(path, 0o755);
    return path;
  }

  /** Files of the directory that a command runs in, all of 2024-01-01. */
  function files(contents: Readonly<Record<string, string>>): string {
    const path = directory('work');
    for (const [name, content] of Object.entries(contents)) {
      writeFileSync(join(path, name), content);
      chownSync(join(path, name), account.uid, account.gid);
      utimesSync(join(path, name), epoch, epoch);
    }
    return path;
  }

  function environment(more: Options['env'] = {}): NodeJS.ProcessEnv {
    return {
      PATH: path,
      HOME: home,
      SELFSAME_NATIVE_DIR: native,
      SELFSAME_STORE: join(home, 'store'),
      SOURCE_DATE_EPOCH: String(epoch),
      ...more,
    };
  }

  function commandLine(args: readonly string[]): [string, ...string[]] {
    const [first, ...rest] = [...account.prefix, process.execPath, program, 'run', ...args];
    return [first ?? '', ...rest];
  }

  function run(args: readonly string[], options: Options = {}): Ended {
    const [first, ...rest] = commandLine(args);
    const { status, stdout, stderr } = spawnSync(first, rest, {
      cwd: options.cwd ?? work,
      input: options.input ?? '',
      env: environment(options.env),
      encoding: 'utf8',
      timeout: 200_000,
      maxBuffer: 2 ** 26,
    });
    return { status, stdout, stderr };
  }

  /** Fails unless the script succeeds; its output. */
  function output(script: string, options: Options & { args?: readonly string[] } = {}): string {
    const ended = run([...(options.args ?? []), '--', 'sh', '-c', script], options);
    expect(ended).toMatchObject({ status: 0 });
    return ended.stdout;
  }

  beforeAll(() => {
    home = directory('home');
    work = files({ input: 'one\n' });
  });

  it('writes the current directory in place as the caller, and nothing else', () => {
    writeFileSync(join(home, 'mine'), 'before\n');
    chownSync(join(home, 'mine'), account.uid, account.gid);
    const beside = join(room, 'beside');
    const script = `echo made > made; mkdir sub; ln -s made sub/link
      cd ~; cat mine; echo changed > mine; mkdir -p .cache/x; echo y > .cache/x/y; cat mine .cache/x/y
      find ~/store ${home}/store -mindepth 1
      echo t > /tmp/t; echo u > /var/tmp/u; cat /tmp/t /var/tmp/u
      echo x > /usr/selfsame-run-test 2>/dev/null; echo x > ${beside} 2>/dev/null; true`;
    expect(output(script)).toBe('before\nchanged\ny\nt\nu\n');
    expect(statSync(join(work, 'made'))).toMatchObject({ uid: account.uid, gid: account.gid });
    expect(readdirSync(join(work, 'sub'))).toEqual(['link']);
    expect(readFileSync(join(home, 'mine'), 'utf8')).toBe('before\n');
    expect(existsSync(join(home, '.cache'))).toBe(false);
    for (const path of ['/tmp/t', '/var/tmp/u', '/usr/selfsame-run-test', beside])
      expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(home, 'store', 'tmp'))).toEqual([]);
  });

  it.each(['none', 'fixed', 'virtual'])('shows who the command is at level %s', (level) => {
    const script =
      'id -u; id -un; echo $HOME; touch ~/writable && stat -c %u . ~; awk "/CapEff|NoNew/{print \\$2}" /proc/self/status; ls /run /tmp';
    const lines = output(script, { args: ['--level', level] }).split('\n');
    // Of what is in /tmp there is only the way to the directory that it runs in.
    const [, top, next = ''] = work.split('/');
    const belowTmp = top === 'tmp' ? [next] : [];
    if (account.uid === 0) {
      expect(lines.slice(0, 2)).toEqual(['0', 'root']);
      expect(lines[2]).toBe(level === 'none' ? home : '/root');
      expect(lines.slice(3, 5)).toEqual(['0', '0']);
    } else if (level === 'none') {
      expect(lines[0]).toBe(String(account.uid));
      expect(lines.slice(-9, -7)).toEqual([String(account.uid), String(account.uid)]);
    } else {
      expect(lines).toEqual([
        ...['1000', 'builder', '/home/builder', '1000', '1000', '0000000000000000', '1'],
        ...['/run:', '', '/tmp:', ...belowTmp, ''],
      ]);
    }
  });

  it.skipIf(!has('gcc'))('builds the same program twice', () => {
    const source =
      '#include <stdio.h>\nint main(void) { puts(__DATE__ " " __TIME__ " " __FILE__); return 0; }\n';
    const built = [1, 2].map(() => {
      const cwd = files({ 'now.c': source });
      output('gcc -g -o now now.c && ./now', { cwd, args: ['--at', '/build'] });
      return readFileSync(join(cwd, 'now'));
    });
    expect(built[0]?.equals(built[1] ?? Buffer.alloc(0))).toBe(true);
    expect(built[0]?.includes('Jan  1 2024')).toBe(true);
  });

  it('packs the same archive twice, whatever the order the files were written in', () => {
    const packed = [
      ['b', 'a', 'c'],
      ['c', 'b', 'a'],
    ].map((names) => {
      const cwd = files(Object.fromEntries(names.map((name) => [name, name])));
      output('mkdir new && echo n > new/n && tar cf out.tar --exclude out.tar .', { cwd });
      return readFileSync(join(cwd, 'out.tar'));
    });
    expect(packed[0]?.equals(packed[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it.skipIf(!has('python3'))('answers Python the same twice', () => {
    const script =
      'python3 -c "import os, random, time, uuid; print(random.random(), hash(str(1)), uuid.uuid4(), int(time.time()), os.listdir(), os.cpu_count(), os.getpid(), id(time))"';
    const first = output(script);
    expect(output(script)).toBe(first);
    // The clock starts two seconds after the time of the sources.
    expect(first).toContain(String(epoch + 2));
  });

  it.skipIf(!has('make'))('makes again what was edited between runs, and nothing else', () => {
    const cwd = files({ Makefile: 'out: in\n\tcp in out\n', in: '1\n' });
    const made = () => output('make', { cwd, args: ['--epoch', String(epoch)] });
    expect(made()).toBe('cp in out\n');
    expect(made()).toBe("make: 'out' is up to date.\n");
    writeFileSync(join(cwd, 'in'), '2\n');
    expect(made()).toBe('cp in out\n');
    expect(made()).toBe("make: 'out' is up to date.\n");
  });

  it.each([
    ['exit 0', 0],
    ['exit 5', 5],
    ['exit 77', 77],
    ['kill -TERM $$', 143],
  ])('ends as the command does: %s', (script, status) => {
    expect(run(['--', 'sh', '-c', script])).toMatchObject({ status, stdout: '' });
  });

  it('says that there is no such command, and which variables could have led to it', () => {
    const ended = run(['--', 'no-such-command'], { env: { TOOLS: '/opt/tools' } });
    expect(ended.status).toBe(127);
    expect(ended.stderr).toContain('no-such-command: No such file or directory');
    expect(ended.stderr).toContain('not passed on: ');
    expect(ended.stderr).toContain('TOOLS');
    expect(run(['--', './input']).status).toBe(126);
  });

  it('passes input and output through whole', () => {
    const input = 'line\n'.repeat(100_000);
    const { status, stdout } = run(['--', 'cat'], { input });
    expect(status).toBe(0);
    expect(stdout === input).toBe(true);
  });

  it('gives constants for variables, and those that are named', () => {
    const env = { CC: 'clang', SECRET: 's', KEPT: 'k', LANG: 'de_DE.UTF-8', TZ: 'Asia/Tokyo' };
    const ended = run(['--env', 'KEPT', '--env', 'GIVEN=a=b', '--', 'env'], { env });
    expect(ended.status).toBe(0);
    const names = new Map(
      ended.stdout
        .trimEnd()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect([...names.keys()].sort()).toEqual([
      ...['GIVEN', 'HOME', 'KEPT', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH'],
      ...['PYTHONDONTWRITEBYTECODE', 'SOURCE_DATE_EPOCH', 'TZ', 'USER'],
    ]);
    expect(Object.fromEntries(names)).toMatchObject({
      ...{ KEPT: 'k', GIVEN: 'a=b', TZ: 'UTC', LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' },
      PATH: path,
      SOURCE_DATE_EPOCH: String(epoch),
    });
    expect(ended.stderr).toContain('set here, but not for the command: CC');
    expect(output('echo $SECRET', { env, args: ['--level', 'none'] })).toBe('s\n');
  });

  it('writes the log where it is told, and says with --json what was used', () => {
    const script = 'date +%s; ls -U; head -c 4 /dev/urandom | wc -c; echo e >&2';
    const ended = run(['--json', '--log', 'log.jsonl', '--', 'sh', '-c', script]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const lines = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual({ type: 'output', source: 'run', stream: 'stderr', text: 'e\n' });
    expect(lines.at(-1)).toMatchObject({
      ...{ type: 'result', command: 'run', exitCode: 0 },
      data: { level: 'virtual', determinizer: { complete: true } },
    });
    const log = readFileSync(join(work, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ type: 'start', epoch });
    expect(JSON.parse(log.at(-1) ?? '')).toMatchObject({ type: 'end', status: 0 });
    expect(statSync(join(work, 'log.jsonl')).uid).toBe(account.uid);
    rmSync(join(work, 'log.jsonl'));
  });

  it('leaves a source real that is asked to be', () => {
    const year = output('date +%Y', { args: ['--source', 'clock=real'] });
    expect(Number(year)).toBe(new Date().getFullYear());
    expect(output('date +%Y')).toBe('2024\n');
    expect(output('nproc', { args: ['--cpus', '3'] })).toBe('3\n');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no command', [], /needs a command/],
    ['level machine', ['--level', 'machine', '--', 'true'], /LEVEL_NOT_AVAILABLE/],
    ['unknown level', ['--level', 'fixd', '--', 'true'], /did you mean "fixed"/],
    ['unknown source', ['--source', 'clokc=real', '--', 'true'], /DETERMINISM_SOURCE_INVALID/],
    [
      'source of another level',
      ['--level', 'fixed', '--source', 'clock=real', '--', 'true'],
      /--source is of level virtual/,
    ],
    ['time from the future', ['--epoch', '4294967295', '--', 'true'], /in the future/],
    ['bad time', ['--epoch', 'now', '--', 'true'], /not a number of seconds/],
    ['bad processors', ['--cpus', '0', '--', 'true'], /1 to 1024/],
    ['bad variable', ['--env', '=x', '--', 'true'], /names no variable/],
    ['missing variable', ['--env', 'NOT_HERE', '--', 'true'], /no such variable/],
    ['bad place', ['--at', '/proc/x', '--', 'true'], /belongs to the kernel/],
    ['place that hides', ['--at', '/usr', '--', 'true'], /would hide/],
  ])('refuses: %s', (_what, args, why) => {
    const ended = run(args);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(why);
  });

  it.each(['/', '/proc', '/dev'])('refuses to work in %s', (cwd) => {
    expect(run(['--', 'true'], { cwd })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`cannot work in ${cwd}`) as string,
    });
  });

  it('refuses directories that are in the store or not writable, and logs that cannot be', () => {
    expect(run(['--', 'true'], { cwd: join(home, 'store') }).stderr).toContain("selfsame's store");
    if (account.uid !== 0)
      expect(run(['--', 'true'], { cwd: '/usr' }).stderr).toContain('not writable');
    const ended = run(['--log', 'missing/log', '--', 'true']);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toContain('RUN_LOG_NOT_WRITTEN');
  });

  it.each(['none', 'fixed', 'virtual'])('refuses to run inside itself at level %s', (level) => {
    const inner = `SELFSAME_NATIVE_DIR=native SELFSAME_STORE=store ${process.execPath} main.mjs run -- true; echo $?`;
    const cwd = files({});
    execFileSync('cp', ['-r', program, native, cwd]);
    const ended = run(['--level', level, '--', 'sh', '-c', inner], { cwd });
    expect(ended.stdout).toBe('2\n');
    expect(ended.stderr).toContain('RUN_INSIDE_SANDBOX');
  });

  /** Starts it and waits until it has said `ready`. */
  async function started(script: string) {
    const [first, ...rest] = commandLine(['--', 'sh', '-c', script]);
    const child = spawn(first, rest, {
      cwd: work,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.resume();
    const ended = once(child, 'close') as Promise<[number | null, string | null]>;
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('ready\n')) resolve();
      });
      child.on('close', (code) => reject(new Error(`ended with ${code} before it was ready`)));
    });
    return { child, ended, said: () => said };
  }

  it.each(['TERM', 'INT', 'HUP', 'USR2'] as const)('passes SIG%s on', async (name) => {
    const { child, ended, said } = await started(
      `trap 'echo got; exit 9' ${name}; echo ready; while :; do sleep 0.05; done`,
    );
    child.kill(`SIG${name}`);
    expect(await ended).toEqual([9, null]);
    expect(said()).toBe('ready\ngot\n');
  });

  it('leaves nothing when it is killed', async () => {
    const mark = `3${String(process.pid).padStart(8, '0')}${account.uid}`;
    const { child, ended } = await started(`echo ready; sleep ${mark} & sleep ${mark}; wait`);
    child.kill('SIGKILL');
    await ended;
    // The output is closed by whoever had it open last: the command's processes are gone.
    expect(spawnSync('pgrep', ['-f', `sleep ${mark}`]).stdout.toString()).toBe('');
    expect(run(['--', 'true']).status).toBe(0);
    expect(readdirSync(join(home, 'store', 'tmp'))).toEqual([]);
  });

  it.skipIf(!has('script'))('gives programs the terminal', () => {
    const quoted = (args: readonly string[]) =>
      commandLine(['--level', 'fixed', ...args])
        .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
        .join(' ');
    const atTerminal = (args: readonly string[], input = '') =>
      spawnSync('script', ['-qefc', `stty rows 30 cols 99; ${quoted(args)}`, '/dev/null'], {
        cwd: work,
        env: environment({ TERM: 'xterm' }),
        input,
        encoding: 'utf8',
        timeout: 200_000,
      });
    const seen = atTerminal([
      '--',
      'sh',
      '-c',
      'test -t 0 && test -t 1 && stty size && echo $TERM',
    ]);
    expect(seen).toMatchObject({ status: 0, stdout: '30 99\r\nxterm\r\n' });
    const job = atTerminal(['--', 'bash', '-ic', 'sleep 30 & jobs; kill %1; exit 3']);
    expect(job.status).toBe(3);
    expect(job.stdout).toContain('Running');
    // What Ctrl-C does: to everything in the foreground, from the terminal.
    const interrupted = atTerminal([
      '--',
      'sh',
      '-c',
      'kill -INT -$(ps -o pgid= -p $$ | tr -d " ") ; sleep 20',
    ]);
    expect(interrupted.status).toBe(130);
  });
});
