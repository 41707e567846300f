import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { doctorCommand } from '../cli/commands/doctor.js';
import { runCommandLine } from '../cli/frame.js';
import { testIo, testProduct } from '../cli/testing.js';
import type { Settings } from '../settings/settings.js';
import { checkArchives } from './archive.js';
import { examine } from './examine.js';
import { needs, type Check, type CheckOptions } from './finding.js';
import { nodeFinding } from './node.js';
import { checkPrograms, programs } from './programs.js';
import { checkReaders, readers, readersFinding } from './readers.js';
import { checkStore } from './store.js';

const options: CheckOptions = {
  storePath: tmpdir(),
  offline: true,
  signal: new AbortController().signal,
};

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

describe('Node.js', () => {
  it('is old enough from 20.19 on', () => {
    expect(
      ['20.19.0', '20.20.2', '22.1.0', '100.0.0'].map((version) => nodeFinding(version).ok),
    ).toEqual([true, true, true, true]);
    expect(['18.20.0', '20.18.9'].map((version) => nodeFinding(version).ok)).toEqual([
      false,
      false,
    ]);
    expect(nodeFinding('18.20.0').remedy).toBe('Install Node.js 20.19 or newer');
  });
});

describe('readers of comparisons', () => {
  it('that are missing are named in one line with their packages, and are no fault', async () => {
    const path = process.env['PATH'];
    undo.push(() => (process.env['PATH'] = path));
    process.env['PATH'] = '/nonexistent';
    const findings = await checkReaders(options);
    expect(findings).toEqual([readersFinding(readers)]);
    expect(findings[0]).toMatchObject({ ok: true, neededBy: ['compare', 'check'] });
    expect(findings[0]?.why).toMatch(
      /^without .*unsquashfs \(squashfs\).*diffoscope \(--deep\); for/,
    );
    expect(findings[0]?.why).toMatch(/sudo apt-get install .*\bsquashfs-tools\b/);
    expect(findings[0]?.why).not.toContain('\n');
  });

  it('are all found where they are', async () => {
    const place = await mkdtemp(join(tmpdir(), 'selfsame-doctor-'));
    undo.push(() => rm(place, { recursive: true, force: true }));
    const path = process.env['PATH'];
    undo.push(() => (process.env['PATH'] = path));
    process.env['PATH'] = place;
    for (const { program } of readers) await writeFile(join(place, program), '', { mode: 0o755 });
    expect((await checkReaders(options))[0]?.why).toBe(`all ${readers.length} are there`);
  });
});

describe('programs', () => {
  it('that are not on the PATH are named with the package they come in', async () => {
    const path = process.env['PATH'];
    undo.push(() => (process.env['PATH'] = path));
    process.env['PATH'] = '/nonexistent';
    const findings = await checkPrograms(options);
    expect(findings.map(({ ok }) => ok)).toEqual(programs.map(() => false));
    expect(findings.find(({ check }) => check === 'gpgv')).toEqual({
      check: 'gpgv',
      ok: false,
      why: 'there is no gpgv on the PATH',
      remedy: 'sudo apt-get install gpgv',
      neededBy: needs.download,
    });
  });

  it('that are there but do not work are found out by running them', async () => {
    const place = await mkdtemp(join(tmpdir(), 'selfsame-doctor-'));
    undo.push(() => rm(place, { recursive: true, force: true }));
    await writeFile(join(place, 'git'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const path = process.env['PATH'];
    undo.push(() => (process.env['PATH'] = path));
    process.env['PATH'] = place;
    const git = (await checkPrograms(options)).find(({ check }) => check === 'git');
    expect(git).toMatchObject({
      ok: false,
      why: '`git --version` exits with 3',
      remedy: 'sudo apt-get install --reinstall git',
    });
  });
});

describe('the store', () => {
  it('may not exist yet where it can be made', async () => {
    const findings = await checkStore({ ...options, storePath: join(tmpdir(), 'not/yet/there') });
    expect(findings[0]).toMatchObject({ check: 'store directory', ok: true });
  });

  it('cannot be below a file', async () => {
    const findings = await checkStore({
      ...options,
      storePath: join(import.meta.dirname, 'doctor.test.ts', 'store'),
    });
    expect(findings[0]).toMatchObject({
      ok: false,
      remedy: 'Set SELFSAME_STORE to a directory of yours',
    });
  });
});

describe('the archive', () => {
  const serve = async (status: number, body: string): Promise<Pick<Settings, 'debian'>> => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    undo.push(() => (server.closeAllConnections(), server.close()));
    return mirror((server.address() as AddressInfo).port);
  };
  const mirror = (port: number): Pick<Settings, 'debian'> => ({
    debian: {
      mirrors: [`http://127.0.0.1:${port}/debian`],
      keyrings: ['/nonexistent/keyring.gpg'],
      snapshot: undefined,
    },
  });
  // Without the machine's own archives, so that the findings are about the test's.
  const noApt = { sources: [], trustedKeyrings: [], debian: { sources: [], keyrings: [] } };
  const find = async (settings: Pick<Settings, 'debian'>, more: Partial<CheckOptions> = {}) =>
    (
      await checkArchives(
        settings,
        noApt,
      )({
        ...options,
        offline: false,
        ...more,
      })
    ).filter(({ check }) => check === 'Debian archive');

  it('is reached and is Debian', async () => {
    const findings = await find(await serve(200, 'Origin: Debian\nSuite: stable\n'));
    expect(findings).toMatchObject([{ ok: true, remedy: undefined }]);
  });

  it('of another distribution does not do', async () => {
    const [finding] = await find(await serve(200, 'Origin: Ubuntu\nSuite: noble\n'));
    expect(finding).toMatchObject({
      ok: false,
      why: expect.stringContaining('Ubuntu'),
      remedy: expect.stringContaining('SELFSAME_DEBIAN_MIRRORS'),
    });
  });

  it("of another distribution beside Debian's does no harm", async () => {
    const other = await serve(200, 'Origin: Docker\n');
    const debian = await serve(200, 'Origin: Debian Backports\n');
    const mirrors = [...other.debian.mirrors, ...debian.debian.mirrors];
    expect(await find({ debian: { ...debian.debian, mirrors } })).toMatchObject([
      { ok: true, why: debian.debian.mirrors[0] },
    ]);
  });

  it('that answers with an error or not at all is said so', async () => {
    expect(await find(await serve(503, ''))).toMatchObject([
      { ok: false, why: expect.stringContaining('status 503') },
    ]);
    expect(await find(mirror(1))).toMatchObject([
      { ok: false, why: expect.stringContaining('cannot be reached') },
    ]);
  });

  it('is not asked when offline', async () => {
    expect(await find(mirror(1), { offline: true })).toEqual([]);
  });

  it('needs a keyring that can be read', async () => {
    const findings = await checkArchives(mirror(1), noApt)(options);
    expect(findings).toMatchObject([
      {
        check: 'archive keyring',
        ok: false,
        remedy: expect.stringContaining('debian-archive-keyring'),
      },
    ]);
  });
});

describe('examine', () => {
  const check =
    (name: string, ...neededBy: string[]): Check =>
    () =>
      Promise.resolve([{ check: name, ok: true, why: 'w', remedy: undefined, neededBy }]);

  it('keeps the order, and with a command only what that command needs', async () => {
    const checks = [check('a', 'lock'), check('b', 'store gc'), check('c', 'every command')];
    const names = async (command?: string): Promise<string[]> =>
      (await examine(checks, options, command)).map((finding) => finding.check);
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(await names('lock')).toEqual(['a', 'c']);
    expect(await names('store')).toEqual(['b', 'c']);
  });
});

describe('selfsame doctor', () => {
  it('says what is missing, for whom, and what to do, and ends with 3', async () => {
    const path = process.env['PATH'];
    undo.push(() => (process.env['PATH'] = path));
    process.env['PATH'] = '/nonexistent';
    const io = testIo();
    expect(
      await runCommandLine(['doctor', 'build', '--offline'], io, testProduct([doctorCommand])),
    ).toBe(3);
    expect(io.stdout.text()).toContain(
      '✗ gpgv: there is no gpgv on the PATH\n    needed by: lock, build, shell\n    remedy: sudo apt-get install gpgv\n',
    );
    expect(io.stdout.text()).toMatch(/\d+ things missing for `selfsame build`\.\n$/);
  });

  it('knows commands, and guesses', async () => {
    const io = testIo();
    expect(await runCommandLine(['doctor', 'biuld'], io, testProduct([doctorCommand]))).toBe(2);
    expect(io.stderr.text()).toContain('hint: did you mean "build"?');
  });
});
