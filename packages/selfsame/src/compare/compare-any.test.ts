import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { canonicalJsonBytes, sha256Hex } from '@selfsame/verify';
import { afterAll, describe, expect, it } from 'vitest';

import { testContext, testServer } from '../download/testing.js';
import type { TestContext } from '../download/testing.js';
import { compareAny } from './compare-any.js';
import type { CompareAnyOptions } from './compare-any.js';
import type { CompareReport } from './types.js';

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-compare-any-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function ask(
  a: string,
  b: string,
  more: Partial<CompareAnyOptions> = {},
  settings: Parameters<typeof testContext>[0] = {},
): Promise<CompareReport> {
  await using context: TestContext = await testContext(settings);
  const artifacts = { a: undefined, b: undefined };
  return await compareAny(a, b, { cwd: scratch, asFiles: false, artifacts, ...more }, context);
}

function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(join(scratch, path)), { recursive: true });
  writeFileSync(join(scratch, path), content);
  return path;
}

const last = (place: readonly string[]): string => place.at(-1)?.split('/').at(-1) ?? '';

/** A firmware image as Heads makes it: programs in an archive in a compressed initial RAM disk. */
function firmware(builder: string, flashrom: string, host: string): { list: string; tree: string } {
  const tree = join(scratch, builder);
  const inside = join(tree, 'tools');
  mkdirSync(join(inside, 'bin'), { recursive: true });
  writeFileSync(join(inside, 'bin/flashrom'), flashrom.repeat(20));
  writeFileSync(join(inside, 'bin/kexec'), 'kexec '.repeat(20));
  const run = (command: string): Buffer =>
    execFileSync('sh', ['-c', command], { cwd: tree, stdio: ['ignore', 'pipe', 'inherit'] });
  run(
    'cd tools && find . -exec touch -h -d @1 {} + && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -H newc -o > ../tools.cpio',
  );
  run('xz -k -c tools.cpio > initrd.cpio.xz');
  run('tar --sort=name --mtime=@1 --owner=0 --group=0 -cf heads.rom initrd.cpio.xz');
  writeFileSync(join(tree, 'gawk'), host);
  const sums = (names: string): string => run(`sha256sum ${names}`).toString();
  const listed = [
    `2024-05-09 12:12:49+00:00 ${'1'.repeat(40)} clean\n`,
    sums(`${tree}/tools.cpio`),
    '-----\n',
    run('cd tools && find . -type f -print0 | sort -z | xargs -0 sha256sum').toString(),
    '-----\n',
    sums(`${tree}/gawk`),
    sums('initrd.cpio.xz'),
    sums(`${tree}/heads.rom`),
  ].join('');
  return { list: write(`${builder}.txt`, listed), tree };
}

const hasCpio = (() => {
  try {
    execFileSync('cpio', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('lists of hashes and what they speak of', () => {
  it.skipIf(!hasCpio)(
    'says of an image that it differs because of one program, from the lists and from the files',
    async () => {
      const one = firmware('local', 'built here ', 'mawk');
      const other = firmware('ci', 'built elsewhere ', 'gawk');
      const bare = await ask(one.list, other.list);
      expect(bare.verdict).toBe('differs');
      expect(bare.rootCauses[0]?.assumed.map(last)).toEqual(['initrd.cpio.xz', 'heads.rom']);

      const artifacts = { a: one.tree, b: other.tree };
      const report = await ask(one.list, other.list, { artifacts });
      expect(report.rootCauses.map(({ place }) => last(place))).toEqual(['flashrom', 'gawk']);
      const [root] = report.rootCauses;
      expect(root?.explains.map(last)).toEqual(['tools.cpio', 'initrd.cpio.xz', 'heads.rom']);
      // All of it was read: nothing is assumed.
      expect(root?.assumed).toEqual([]);
      expect(root?.alone).toHaveLength(3);
      expect(report.notes).toEqual([
        expect.stringMatching(/gawk is in no archive of the list/) as string,
      ]);
      const image = report.difference?.children.find(({ name }) => last([name]) === 'heads.rom');
      expect(JSON.stringify(image)).toContain('built elsewhere');
    },
  );

  it('takes artifacts by their digests, never by their names', async () => {
    const list = (text: string): string => `${sha256Hex(text)}  file\n`;
    const a = write('a.sums', list('one'));
    const b = write('b.sums', list('two'));
    write('have/file', 'something else');
    const report = await ask(a, b, {
      artifacts: { a: join(scratch, 'have'), b: join(scratch, 'have') },
    });
    expect(report.difference?.children).toMatchObject([{ name: 'file', ranges: [] }]);
  });

  it('refuses artifacts of what is no list', async () => {
    const [a, b] = [write('x', 'x'), write('y', 'y')];
    await expect(ask(a, b, { artifacts: { a: scratch, b: undefined } })).rejects.toMatchObject({
      code: 'WRONG_USE',
    });
  });

  it('compares lists as files if asked to, byte by byte', async () => {
    const text = `${sha256Hex('one')}  one\n${sha256Hex('two')}  two\n`;
    const a = write('in-order', text);
    const b = write('reversed', `${text.split('\n').reverse().join('\n').trim()}\n`);
    expect((await ask(a, b)).verdict).toBe('identical');
    expect((await ask(a, b, { asFiles: true })).verdict).toBe('differs');
  });

  it('compares a list with a file that is none as two files', async () => {
    const a = write('list', `${sha256Hex('one')}  one\n`);
    expect((await ask(a, write('text', 'hello\n'))).verdict).toBe('differs');
  });

  it.each(['nothing', 'x/below-a-file'])('says that there is nothing at %s', async (path) => {
    write('x', 'x');
    await expect(ask(path, 'x')).rejects.toMatchObject({ code: 'COMPARE_NOT_FOUND' });
  });
});

describe('operands at an address', () => {
  it('fetches a list, and files that are none, and leaves nothing behind', async () => {
    const text = `${sha256Hex('one')}  one\n`;
    const local = write('local.sums', text);
    await using server = await testServer((request, response) => {
      response.end(request.url === '/hashes.txt' ? text : 'other bytes');
    });
    expect((await ask(local, `${server.url}/hashes.txt`)).verdict).toBe('identical');
    const report = await ask(`${server.url}/%2e%2e/..%2f..`, write('bytes', 'other bytes'));
    expect(report.verdict).toBe('identical');
    expect(report.a).toContain(server.url);
  });

  it('waits for nobody longer than the comparison may take', async () => {
    await using server = await testServer((_, response) => void response.write('x'));
    const asked = ask(`${server.url}/x`, write('x', 'x'), { limits: { milliseconds: 50 } });
    await expect(asked).rejects.toMatchObject({ code: 'COMPARE_UNREADABLE' });
  });

  it('asks nobody when it is offline', async () => {
    await using server = await testServer((_, response) => response.end('x'));
    const asked = ask(`${server.url}/x`, write('x', 'x'), {}, { offline: true });
    await expect(asked).rejects.toMatchObject({ code: 'OFFLINE_MISSING' });
    expect(server.requests).toEqual([]);
  });

  it('does not take a list from an address for a file', async () => {
    await using server = await testServer((_, response) =>
      response.end(`${sha256Hex('one')}  one\n`),
    );
    const asked = ask(`${server.url}/sums`, write('plain', 'hello\n'));
    await expect(asked).rejects.toMatchObject({ code: 'COMPARE_DIFFERENT_KINDS' });
  });
});

describe('what selfsame build wrote', () => {
  /** One build of each of two projects, as `selfsame build` leaves them: artifacts and provenance. */
  function builds(name: string, library: string, program: string): string {
    const artifact = (project: string, content: string, needs: object[], id: string): void => {
      const directory = join(name, project, '1', 'default');
      write(join(directory, 'out.bin'), content);
      const subject = [{ name: 'out.bin', digest: { sha256: sha256Hex(content) } }];
      const statement = canonicalJsonBytes({
        _type: 'https://in-toto.io/Statement/v1',
        subject,
        predicateType: 'https://slsa.dev/provenance/v1',
        predicate: {
          buildDefinition: {
            buildType: 'urn:selfsame:build:v1',
            externalParameters: {
              project,
              version: '1',
              target: 'default',
              definition: { sha256: sha256Hex(id) },
            },
            internalParameters: { sandbox: {} },
            resolvedDependencies: needs,
          },
          runDetails: { metadata: { startedOn: name } },
        },
      });
      write(join(directory, 'provenance.intoto.json'), Buffer.from(statement));
    };
    artifact('zlib', library, [], 'zlib');
    const need = { name: 'needs/zlib', digest: { selfsameArtifactList: sha256Hex(library) } };
    artifact('pigz', program, [need], `pigz ${library}`);
    return name;
  }

  it('says that a program differs only because its dependency does', async () => {
    const a = builds('first', 'library one', 'program with one');
    const b = builds('second', 'library two', 'program with two');
    const report = await ask(a, b);
    expect(report.notes).toEqual([
      'pigz@default differs only because its dependency zlib differs',
      'zlib@default is not reproducible itself: everything that went in is the same',
    ]);
    const root = report.rootCauses.find(({ place }) => place[1] === 'zlib/1/default/out.bin');
    expect(root?.explains).toEqual([['first', 'pigz/1/default/out.bin']]);
    expect(report.rootCauses.some(({ place }) => place[1] === 'pigz/1/default/out.bin')).toBe(
      false,
    );
  });

  it('does not believe provenance that speaks of other files than those beside it', async () => {
    const a = builds('third', 'library one', 'program with one');
    const b = builds('fourth', 'library two', 'program with two');
    write('fourth/pigz/1/default/out.bin', 'changed afterwards');
    const report = await ask(a, b);
    expect(report.notes).toEqual([
      'zlib@default is not reproducible itself: everything that went in is the same',
      'pigz/1/default/provenance.intoto.json speaks of other files than those beside it',
    ]);
    expect(report.rootCauses.map(({ place }) => place[1])).toContain('pigz/1/default/out.bin');
  });
});
