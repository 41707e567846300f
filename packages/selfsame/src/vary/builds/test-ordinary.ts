/**
 * For tests only: a program that builds its standard input's command in `cwd` with nothing and with everything varied, as
 * whoever runs it, and prints one line of JSON.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { openStore } from '../../store/store.js';
import { variations } from '../variations/variations.js';
import { commandOnMachine } from './command-on-machine.js';

const {
  cwd,
  store: place,
  command,
} = JSON.parse(readFileSync(0, 'utf8')) as {
  readonly cwd: string;
  readonly store: string;
  readonly command: [string, ...string[]];
};
const store = await openStore(place);
const builder = await commandOnMachine(
  {
    ...{ command, cwd, outputs: [], env: [], epoch: '1700000000', at: undefined },
    caller: process.env,
  },
  {
    ...{ emit: () => undefined, signal: new AbortController().signal, store },
    settings: {
      ...{ storePath: store.root, jobs: 1, offline: true, parallelDownloads: 1 },
      debian: { mirrors: [], keyrings: [], snapshot: undefined },
      npm: { registry: undefined },
    },
  },
);
const usual = variations.filter(
  (one) => one.onRequest !== true && one.available(builder.host).works,
);
const varied = usual.reduce(
  (conditions, one) => one.apply(conditions, builder.host, 'a test'),
  builder.base,
);
const [base, all] = await Promise.all([
  builder.build(builder.base, [], 'a'),
  builder.build(
    varied,
    usual.map(({ name }) => name),
    'b',
  ),
]);
const seen = [base, all].map(({ tree, outcome }) =>
  tree === undefined ? JSON.stringify(outcome) : readFileSync(join(tree, 'seen'), 'utf8'),
);
process.stdout.write(
  `${JSON.stringify({ seen, base: builder.base, varied, privileged: builder.host.privileged, outside: base.wroteOutside })}\n`,
);
await builder[Symbol.asyncDispose]();
store.close();
