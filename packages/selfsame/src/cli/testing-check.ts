import { main } from './main.js';
import { checkCommand } from './commands/check.js';
import { selfsameWith } from './product.js';

/** For tests only: a program with `selfsame check` and nothing else, to be bundled and started as any account. */
await main(
  selfsameWith([checkCommand], async (path) => (await import('../store/store.js')).openStore(path)),
);
