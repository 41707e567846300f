import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContext as VitestContext } from 'vitest';
import type { Context } from '../context.js';
import { testContext } from '../download/testing.js';
import type { TestContext } from '../download/testing.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { runInSandbox } from '../sandbox/run.js';
import {
  bundle,
  nativeDirectory,
  sandboxesWork,
  testDescription,
} from '../sandbox/test-environment.js';
import { runInUserNamespace } from '../sandbox/user-namespace.js';
import { openStore } from '../store/store.js';
import { resolveEnvironment } from './debian/resolve.js';
import { exportImage } from './image/export-image.js';
import { materialise } from './materialise.js';
import { environmentDigest, stageIds } from './stage-id.js';
import { hasDpkg, makeDeb } from './testing.js';
import type { DebContents } from './testing.js';
import type { EnvironmentSpec, LockedEnvironment, LockedPackage } from './types.js';

const spec: EnvironmentSpec = {
  ...{ name: 'small', distribution: 'debian', suite: 'bookworm', architecture: 'amd64' },
  ...{ components: ['main'], extraSuites: [], packages: ['hello', 'ca-certificates'] },
};

let context: TestContext;
/** Undefined where no archive answers; tests then skip. */
let locked: LockedEnvironment | undefined;

beforeAll(async () => {
  if (!hasDpkg || !sandboxesWork || process.arch !== 'x64') return;
  context = await testContext();
  try {
    locked = await resolveEnvironment(spec, { previous: undefined, update: false }, context);
  } catch (error) {
    if (!(error instanceof SelfsameError)) throw error;
    process.stderr.write(`skipping tests of whole environments: ${error.message}\n`);
  }
});

afterAll(async () => {
  if (context === undefined) return;
  await runInUserNamespace(['rm', '-rf', '--', context.directory]);
  await context[Symbol.asyncDispose]();
});

function need(test: VitestContext): LockedEnvironment {
  return locked ?? test.skip('no archive answers, or sandboxes do not work here');
}

/** The environment with packages of our own on top, whose files are put into the store. */
async function withOwn(
  below: LockedEnvironment,
  packages: readonly DebContents[],
  own: Context = context,
): Promise<LockedEnvironment> {
  const directory = mkdtempSync(join(tmpdir(), 'selfsame-debs-'));
  const made: LockedPackage[] = [];
  for (const contents of packages) {
    const { file, ...item } = makeDeb(directory, contents);
    await own.store.putFile(file, { expected: item.sha256 });
    made.push(item);
  }
  rmSync(directory, { recursive: true });
  const rest = below.stages.filter(({ name }) => name !== 'packages');
  const before = below.stages.find(({ name }) => name === 'packages')?.packages ?? [];
  return {
    ...below,
    name: 'own',
    stages: [...rest, { name: 'packages', packages: [...before, ...made] }],
  };
}

async function inside(root: string, script: string): Promise<string> {
  const scratch = mkdtempSync(join(context.store.root, 'tmp', 'inside-'));
  chmodSync(scratch, 0o755);
  let output = '';
  const { outcome } = await runInSandbox({
    ...{ source: 'test', description: testDescription, rootLayers: [root], scratch, mounts: [] },
    ...{
      command: ['/bin/sh', '-c', script],
      cwd: '/',
      env: {},
      asRoot: true,
      network: 'none',
      stdio: 'capture',
    },
    limits: {
      wallSeconds: 200,
      memoryBytes: 2 ** 30,
      processes: 500,
      diskBytes: 2 ** 30,
      outputBytes: 2 ** 20,
    },
    onOutput: (_stream, chunk) => void (output += Buffer.from(chunk).toString('utf8')),
    signal: context.signal,
  });
  await runInUserNamespace(['rm', '-rf', '--', scratch]);
  expect([outcome, output.slice(-500)]).toMatchObject([
    { type: 'exited', code: 0 },
    expect.anything(),
  ]);
  return output;
}

describe('a materialised environment', () => {
  it('works, and dpkg finds nothing wrong with it', async (test) => {
    const { rootLayers, digest } = await materialise(need(test), context);
    expect(digest).toMatch(/^[0-9a-f]{64}$/u);
    const said = await inside(
      rootLayers[0] ?? '',
      'hello && dpkg --audit && dpkg --verify && dpkg-query -W -f "\\${db:Status-Abbrev}\\n" | sort | uniq -c',
    );
    expect(said).toContain('Hello, world!');
    const packages = locked?.stages.flatMap((stage) => stage.packages).length;
    // No line of dpkg --audit or --verify, and every package installed.
    expect(
      said
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    ).toEqual([`${packages} ii`]);
  });

  it('is found again at once, under an id known beforehand', async (test) => {
    const wanted = need(test);
    const first = await materialise(wanted, context);
    context.events.length = 0;
    const again = await materialise({ ...wanted, name: 'renamed' }, context);
    expect(again).toMatchObject({ digest: first.digest, rootLayers: first.rootLayers });
    expect(context.events).toMatchObject([{ type: 'environment-ready', cached: true }]);
    expect(first.rootLayers).toEqual([
      join(context.store.entryPath('environments', environmentDigest(wanted)), 'tree'),
    ]);
  });

  it('has no file newer than its epoch, and none that a package did not bring or a script make in the same way twice', async (test) => {
    const wanted = need(test);
    const first = await materialise(wanted, context);
    const shifted = { ...wanted, epoch: wanted.epoch - 1 };
    const other = await materialise(shifted, context);
    expect(other.digest).not.toBe(first.digest);
    const newest = execFileSync(
      'find',
      [other.rootLayers[0] ?? '', '-newermt', `@${shifted.epoch}`],
      { encoding: 'utf8' },
    );
    expect(newest).toBe('');
  });

  it('is the same in another store, made by an ordinary user', async (test) => {
    const wanted = need(test);
    const { digest } = await materialise(wanted, context);
    const user = process.getuid?.() === 0 ? userWithRange() : undefined;
    const place = mkdtempSync(join(tmpdir(), 'selfsame-other-'));
    chmodSync(place, 0o777);
    try {
      writeFileSync(join(place, 'lock.json'), JSON.stringify(wanted));
      await bundle(join(import.meta.dirname, 'test-other-store.ts'), join(place, 'entry.mjs'));
      for (const file of ['entry.mjs', 'lock.json']) chmodSync(join(place, file), 0o644);
      const debs = wanted.stages
        .flatMap((stage) => stage.packages)
        .map(({ sha256 }) => context.store.filePath(sha256));
      mkdirSync(join(place, 'debs'));
      execFileSync('cp', [...debs, join(place, 'debs')]);
      execFileSync('chmod', ['-R', 'a+rX', join(place, 'debs')]);
      const command = [process.execPath, join(place, 'entry.mjs'), place];
      const argv = user === undefined ? command : ['runuser', '-u', user, '--', ...command];
      const result = spawnSync(argv[0] ?? '', argv.slice(1), {
        encoding: 'utf8',
        cwd: '/',
        env: { PATH: process.env['PATH'] ?? '', SELFSAME_NATIVE_DIR: nativeDirectory },
      });
      expect([result.status, result.stdout.trim(), result.stderr]).toEqual([0, digest, '']);
    } finally {
      await runInUserNamespace(['rm', '-rf', '--', place]);
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('runs scripts before unpacking in the right state, diverts and takes what they leave', async (test) => {
    const own = await withOwn(need(test), [
      {
        name: 'diverter',
        files: { 'usr/bin/hello': '#!/bin/sh\necho diverted\n', 'usr/share/diverter/x': 'x' },
        control: {
          preinst:
            '#!/bin/sh\nset -e\n[ "$1" = install ] && [ -z "$2" ] && [ "$DPKG_MAINTSCRIPT_NAME" = preinst ]\n[ ! -e /usr/share/diverter ]\ndpkg-divert --package diverter --quiet --add --rename --divert /usr/bin/hello.real /usr/bin/hello\n',
          postinst:
            '#!/bin/sh\nset -e\n[ "$1" != triggered ] || { echo "$2" > /etc/triggered; exit 0; }\n[ "$1" = configure ]\ndate +%s > /etc/diverter.stamp; rm /usr/share/doc/hello/copyright; ln /usr/share/diverter/x /usr/share/diverter/y\nmknod /tmp/p p; install -m 4755 -o root -g mail /usr/share/diverter/x /usr/bin/special\n',
          triggers: 'interest-noawait /usr/share/diverted\n',
        },
      },
      {
        name: 'later',
        fields: ['Pre-Depends: diverter'],
        files: { 'usr/share/diverted/y': '' },
        control: {
          preinst:
            '#!/bin/sh\nset -e\n/usr/bin/hello | grep diverted\n/usr/bin/hello.real\n[ ! -e /usr/share/diverted ]\n',
        },
      },
    ]);
    // Needs hello installed before, as an archive's solution for the stages would have it.
    const stages = own.stages.flatMap(({ name, packages }): LockedEnvironment['stages'] =>
      name === 'packages'
        ? [
            {
              name: 'toolchain',
              packages: packages.filter(
                (item) => item.name !== 'diverter' && item.name !== 'later',
              ),
            },
            {
              name,
              packages: packages.filter(
                (item) => item.name === 'diverter' || item.name === 'later',
              ),
            },
          ]
        : [{ name, packages }],
    );
    const { rootLayers } = await materialise({ ...own, stages }, context);
    const said = await inside(
      rootLayers[0] ?? '',
      'hello; hello.real; stat -c "%a %G %h" /usr/bin/special; ls /usr/share/doc/hello/copyright /etc/machine-id /usr/sbin/policy-rc.d /var/lib/dpkg/selfsame /build 2>&1 | grep -c "No such"; ls /tmp; cat /etc/triggered; dpkg --audit; dpkg-divert --list diverter',
    );
    expect(said).toContain('diverted\nHello, world!\n4755 mail 1\n5\n/usr/share/diverted\n');
    expect(said).toContain('diversion of /usr/bin/hello to /usr/bin/hello.real by diverter');
  });

  it('says whose script failed, and keeps nothing', async (test) => {
    const own = await withOwn(need(test), [
      { name: 'failer', control: { postinst: '#!/bin/sh\necho the reason >&2\nexit 3\n' } },
    ]);
    await expect(materialise(own, context)).rejects.toMatchObject({
      code: 'PACKAGE_SCRIPT_FAILED',
      message: expect.stringContaining('a script of failer failed') as string,
      details: { packages: ['failer'], output: expect.stringContaining('the reason') as string },
    });
    const early = await withOwn(need(test), [
      { name: 'early', control: { preinst: '#!/bin/sh\nexit 1\n' } },
    ]);
    await expect(materialise(early, context)).rejects.toMatchObject({
      code: 'PACKAGE_SCRIPT_FAILED',
      details: { packages: ['early'] },
    });
    for (const each of [own, early]) {
      expect(await context.store.entry('environments', environmentDigest(each))).toBeUndefined();
    }
  });

  it('is one image for everybody, that says what it holds', async (test) => {
    const wanted = need(test);
    const [one, two] = [join(context.directory, 'image'), join(context.directory, 'image.tar')];
    const first = await exportImage(wanted, one, context);
    const second = await exportImage(wanted, two, context);
    expect(second.digest).toBe(first.digest);
    const read = (digest: string) =>
      JSON.parse(
        readFileSync(join(one, 'blobs/sha256', digest.replace('sha256:', '')), 'utf8'),
      ) as Record<string, never>;
    const manifest = read(first.digest) as unknown as {
      layers: { digest: string; size: number }[];
      config: { digest: string };
    };
    expect(manifest.layers).toHaveLength(stageIds(wanted).length);
    for (const { digest, size } of manifest.layers) {
      const sum = execFileSync('sha256sum', [join(one, 'blobs/sha256', digest.slice(7))], {
        encoding: 'utf8',
      });
      expect(sum.slice(0, 64)).toBe(digest.slice(7));
      expect(size % 512).toBe(0);
    }
    expect(read(manifest.config.digest)).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      created: wanted.releases[0]?.date,
    });
    const [base] = manifest.layers;
    const listed = execFileSync(
      'tar',
      ['-tvf', join(one, 'blobs/sha256', base?.digest.slice(7) ?? '')],
      { encoding: 'utf8', maxBuffer: 2 ** 26 },
    );
    expect(listed).toMatch(/^-rwsr-xr-x 0\/0 .* usr\/bin\/su$/mu);
    await expect(exportImage(wanted, one, context)).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
    });
    if (spawnSync('skopeo', ['--version']).status === 0) {
      const inspected = JSON.parse(
        execFileSync('skopeo', ['inspect', `oci-archive:${two}`], { encoding: 'utf8' }),
      ) as { Digest: string };
      expect(inspected.Digest).toBe(`sha256:${first.digest}`);
    }
  });

  it('is not exported from a store that was tampered with', async (test) => {
    const shifted = { ...need(test), epoch: need(test).epoch - 2 };
    await materialise(shifted, context);
    // The stage that the image takes it from.
    const [base = ''] = stageIds(shifted);
    const real = join(context.store.entryPath('environments', base), 'tree/usr/lib/os-release');
    expect(existsSync(real)).toBe(true);
    await runInUserNamespace([
      'sh',
      '-c',
      'cp "$1" "$1.new" && sed -i s/Debian/Debiam/ "$1.new" && mv "$1.new" "$1"',
      'sh',
      real,
    ]);
    await expect(
      exportImage(shifted, join(context.directory, 'tampered'), context),
    ).rejects.toMatchObject({
      code: 'ENVIRONMENT_DAMAGED',
      message: expect.stringContaining('usr/lib/os-release') as string,
    });
    expect(existsSync(join(context.directory, 'tampered'))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)(
    'says that the disk is full, and leaves no half environment',
    async (test) => {
      const wanted = need(test);
      const place = mkdtempSync(join(tmpdir(), 'selfsame-full-'));
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', place]).status !== 0)
        test.skip('no tmpfs can be mounted here');
      try {
        const store = await openStore(join(place, 'store'));
        const outcome = await materialise(wanted, { ...context, store }).catch(
          (error: unknown) => error,
        );
        expect(outcome).toMatchObject({ code: 'STORE_FULL' });
        for (const id of stageIds(wanted))
          expect(await store.entry('environments', id)).toBeUndefined();
        store.close();
      } finally {
        spawnSync('umount', ['-l', place]);
        rmSync(place, { recursive: true, force: true });
      }
    },
    120_000,
  );
});

/** A user of the host with a range of ids, who can make sandboxes without being root. */
function userWithRange(): string | undefined {
  if (!existsSync('/etc/subuid')) return undefined;
  const names = readFileSync('/etc/subuid', 'utf8')
    .split('\n')
    .map((line) => line.split(':')[0] ?? '');
  return names.find(
    (name) =>
      name !== '' &&
      name !== 'root' &&
      spawnSync('runuser', ['-u', name, '--', 'true']).status === 0,
  );
}
