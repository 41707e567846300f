/**
 * For tests only: a program that materialises `lock.json` of a directory, of the packages in `debs/` there, in a store of
 * its own in it, as whoever runs it, and prints the digest.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { openStore } from '../store/store.js';
import { materialise } from './materialise.js';
import type { LockedEnvironment } from './types.js';

const [place = '.'] = process.argv.slice(2);
const store = await openStore(join(place, 'store'));
for (const name of readdirSync(join(place, 'debs'))) await store.putFile(join(place, 'debs', name));
const locked = JSON.parse(readFileSync(join(place, 'lock.json'), 'utf8')) as LockedEnvironment;
const { digest } = await materialise(locked, {
  ...{ store, signal: new AbortController().signal, emit: () => undefined },
  settings: {
    ...{ storePath: store.root, jobs: 1, offline: true, parallelDownloads: 1 },
    debian: { mirrors: [], keyrings: [], snapshot: undefined },
    npm: { registry: undefined },
  },
});
process.stdout.write(`${digest}\n`);
store.close();
