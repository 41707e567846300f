import { main } from './main.js';
import { selfsameWith } from './product.js';
import { commands } from './registry.js';

/** selfsame as people meet it, with all of its commands. Ends the process. */
export async function start(): Promise<void> {
  const product = selfsameWith(commands, async (path) =>
    (await import('../store/store.js')).openStore(path),
  );
  await main(product, async (words, cwd) => {
    const { completionLines } = await import('./completion/complete.js');
    return completionLines(words, { ...product, cwd });
  });
}
