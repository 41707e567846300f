import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeEntry } from '../environment/layers/entry-codec.js';
import { digestTree } from '../environment/layers/tree-entry.js';
import type { OwnedEntry } from '../environment/layers/tree-entry.js';
import { scanTree } from '../environment/layers/tree-program.js';
import { sandboxesWork } from '../sandbox/test-environment.js';
import { runInUserNamespace } from '../sandbox/user-namespace.js';
import { verifyStore } from '../store/verify.js';
import { storeChecks } from './store-checks.js';
import { openRig, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';

const key = sha256('some package');

describe.skipIf(!sandboxesWork)('store verify of layers and environments', () => {
  let rig: Rig;
  let paths: readonly string[];
  beforeEach(async () => {
    rig = await openRig();
    paths = [];
    for (const kind of ['layers', 'environments'] as const) {
      const path = await rig.store.publish(kind, key, async (draft) => {
        const make =
          'mkdir tree && mkdir tree/bin && echo x >tree/bin/a && ln -s a tree/bin/b && chown 0:7 tree/bin/a';
        expect(await runInUserNamespace(['sh', '-euc', make], { cwd: draft })).toMatchObject({
          exitCode: 0,
        });
        const scanned = await scanTree(join(draft, 'tree'), rig.abort.signal);
        const entries = scanned.map((entry) => {
          if (entry.type !== 'file' && entry.type !== 'directory') return entry as OwnedEntry;
          const { attributes: _none, ...rest } = entry;
          return rest as OwnedEntry;
        });
        const encoded = entries.map(encodeEntry);
        const write = (name: string, value: unknown) =>
          writeFileSync(join(draft, name), JSON.stringify(value));
        if (kind === 'layers') write('layer.json', { entries: encoded });
        else {
          write('manifest.json', encoded);
          write('environment.json', {
            stageVersion: 1,
            digest: digestTree(entries),
            entries: entries.length,
          });
        }
      });
      paths = [...paths, path];
    }
  });
  afterEach(async () => {
    for (const kind of ['layers', 'environments'] as const) await rig.store.remove(kind, key);
    await rig.close();
  });

  const verify = async () =>
    (
      await verifyStore(rig.store, {
        checks: storeChecks(rig.store, rig.abort.signal),
        repair: false,
        signal: rig.abort.signal,
      })
    ).damaged.map(({ kind, reason }) => `${kind}: ${reason}`);
  const inEach = async (script: string) => {
    for (const cwd of paths)
      expect(await runInUserNamespace(['sh', '-euc', script], { cwd })).toMatchObject({
        exitCode: 0,
      });
  };

  it('finds nothing wrong with whole ones', async () => {
    expect(await verify()).toEqual([]);
  });

  it.each([
    [
      'bytes',
      'cp -p tree/bin/a t; echo y >tree/bin/a; touch -r t tree/bin/a; rm t',
      '"bin/a" was changed',
    ],
    ['a mode', 'chmod 4755 tree/bin/a', '"bin/a" was changed'],
    ['an owner', 'chown 5 tree/bin/a', '"bin/a" was changed'],
    ['a link', 'rm tree/bin/b; ln -s c tree/bin/b', '"bin/b" was changed'],
    ['a file less', 'rm tree/bin/a', '"bin/a" is missing'],
    ['a file more', 'touch tree/bin/c', '"bin/c" was added'],
  ])('finds %s', async (_what, script, reason) => {
    await inEach(script);
    expect(await verify()).toEqual([`layers: ${reason}`, `environments: ${reason}`]);
  });

  it('finds lists that are cut or changed', async () => {
    const [layer = '', environment = ''] = paths;
    writeFileSync(join(layer, 'layer.json'), '{"entries":[');
    const manifest = join(environment, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('bin/a', 'bin/z'));
    expect(await verify()).toEqual([
      expect.stringContaining('is not JSON'),
      'environments: its list of files is not that of its digest',
    ]);
  });
});
