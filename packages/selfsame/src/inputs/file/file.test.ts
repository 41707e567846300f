import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorOf, inputTestContext, treeListing } from '../testing.js';
import { tar } from '../unpack/testing.js';
import { fileKind } from './file.js';

const spec = (path: string, unpack = false) => ({ kind: 'file', path, unpack }) as const;

describe('a file input', () => {
  it('is a file by its content, and needs no lock', async () => {
    await using context = await inputTestContext();
    await context.write('patches/a.patch', 'patch');
    const pinned = await fileKind.pin(spec('patches/a.patch'), context);
    expect(pinned).toMatchObject({ form: 'file', fileName: 'a.patch', origin: {} });
    expect(fileKind.pinsItself(spec('patches/a.patch'))).toBe(true);
    const fetched = await fileKind.fetch(spec('patches/a.patch'), pinned, context);
    expect(await readFile(fetched.path, 'utf8')).toBe('patch');
  });

  it('may be shared by several projects of the workspace', async () => {
    await using context = await inputTestContext();
    await context.write('../common/a.patch', 'patch');
    expect(await fileKind.pin(spec('../common/a.patch'), context)).toMatchObject({ form: 'file' });
  });

  it('is a directory by all that is in it', async () => {
    await using context = await inputTestContext();
    await context.write('src/a', '1');
    await context.write('src/sub/b', '2');
    await symlink('../a', join(context.recipeDirectory, 'src/sub/link'));
    const pinned = await fileKind.pin(spec('src'), context);
    const fetched = await fileKind.fetch(spec('src'), pinned, context);
    expect(await treeListing(fetched.path)).toEqual(['a 1', 'sub/', 'sub/b 2', 'sub/link -> ../a']);
    await context.write('src/sub/b', '3');
    const error = await errorOf(fileKind.fetch(spec('src'), pinned, context));
    expect(error.code).toBe('INPUT_CHANGED');
  });

  it('can be an archive that is unpacked', async () => {
    await using context = await inputTestContext();
    await context.write('a.tar', tar({ name: 'top/a', content: 'x', modified: 1_700_000_000 }));
    const pinned = await fileKind.pin(spec('a.tar', true), context);
    expect(pinned).toMatchObject({ form: 'tree', date: 1_700_000_000 });
    const fetched = await fileKind.fetch(spec('a.tar', true), pinned, context);
    expect(await treeListing(fetched.path)).toEqual(['a x']);
  });

  it('must be there', async () => {
    await using context = await inputTestContext();
    const error = await errorOf(fileKind.pin(spec('missing'), context));
    expect(error).toMatchObject({ code: 'INPUT_NOT_FOUND' });
    expect(error.message).toContain('missing, which thing.source names');
  });

  it('cannot be outside the workspace, also not through links', async () => {
    await using context = await inputTestContext();
    const outside = join(context.directory, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(outside, join(context.recipeDirectory, 'way-out'));
    await context.write('src/a', '1');
    await symlink('../../../../outside/secret', join(context.recipeDirectory, 'src/link'));
    for (const path of ['../../../outside/secret', 'way-out/secret', 'way-out', 'src']) {
      expect(await errorOf(fileKind.pin(spec(path), context))).toMatchObject({
        code: 'INPUT_OUTSIDE_WORKSPACE',
      });
    }
  });

  it('has a plain name', async () => {
    await using context = await inputTestContext();
    await context.write('a; rm -rf x', '');
    expect(await errorOf(fileKind.pin(spec('a; rm -rf x'), context))).toMatchObject({
      code: 'INPUT_FILE_NAME_INVALID',
    });
  });

  it('cannot be unpacked when it is a directory', async () => {
    await using context = await inputTestContext();
    await context.write('src/a', '1');
    expect(await errorOf(fileKind.pin(spec('src', true), context))).toMatchObject({
      code: 'INPUT_UNPACK_NOT_POSSIBLE',
    });
  });
});
