import { main } from './main.js';
import { runCommand } from './commands/run.js';
import { selfsameWith } from './product.js';

/** For tests only: a program with `selfsame run` and nothing else, to be bundled and started as any account. */
await main(
  selfsameWith([runCommand], async (path) => (await import('../store/store.js')).openStore(path)),
);
